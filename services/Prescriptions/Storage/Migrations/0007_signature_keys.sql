-- The institutions' keys for prescription signatures, as the register tells of them. A revocation may arrive before the registration: its
-- row stands without a key until then.
create table prescriptions.signature_keys (
    key_id           text        not null primary key,
    institution_code text        not null,
    public_key_pem   text,
    revoked_at       timestamptz,
    version          int         not null
);
