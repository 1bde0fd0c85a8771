-- Whose signatures under prescriptions are believed: ECDSA P-256 public keys (SubjectPublicKeyInfo). The id is the head of the key's own
-- SHA-256, so that one key can only ever belong to one institution.
create table institutions.signature_key (
    id             uuid        not null primary key,
    key_id         text        not null unique check (key_id ~ '^[0-9a-f]{32}$'),
    institution_id uuid        not null references institutions.institution (id),
    name           text        not null,
    public_key_pem text        not null,
    version        int         not null,
    created_at     timestamptz not null,
    created_by     text        not null,
    revoked_at     timestamptz,
    revoked_by     text,
    revoked_reason text,
    check (num_nonnulls(revoked_at, revoked_by, revoked_reason) in (0, 3))
);

create index signature_key_by_institution on institutions.signature_key (institution_id, created_at);
