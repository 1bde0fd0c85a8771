create schema prescriptions;

-- One row a revision, as the hospital sent it. The document is the protobuf message without what identifies the patient; that stands
-- encrypted in `identity` (AES-256-GCM, key from configuration). The natural key makes a push idempotent.
create table prescriptions.prescriptions (
    id               uuid        not null primary key,
    institution_code text        not null,
    region_code      text        not null,
    his_number       text        not null,
    revision         int         not null,
    content_sha256   bytea       not null,
    document         bytea       not null,
    identity         bytea       not null,
    audit            bytea       not null,
    accepted_state   smallint    not null,
    state            smallint    not null,
    version          int         not null,
    urgent           boolean     not null,
    received_at      timestamptz not null,
    traceparent      text,
    constraint prescriptions_key unique (institution_code, his_number, revision)
) with (fillfactor = 90);

-- Review queue: intercepted ones, urgent first, then by waiting time.
create index prescriptions_waiting on prescriptions.prescriptions (institution_code, urgent desc, received_at) where state = 3;

-- List of an institution, newest first (ids are UUIDv7).
create index prescriptions_of_institution on prescriptions.prescriptions (institution_code, id desc);

-- What became of each, append-only. A reader that follows (xid, seq) and stays below the oldest transaction still open never misses a
-- row that is committed late.
create table prescriptions.history (
    xid              xid8        not null default pg_current_xact_id(),
    seq              bigint      not null generated always as identity,
    prescription_id  uuid        not null,
    institution_code text        not null,
    state            smallint    not null,
    actor            text        not null,
    reason           text        not null,
    occurred_at      timestamptz not null,
    recorded_at      timestamptz not null default now(),
    primary key (xid, seq)
);
-- The history of one prescription.
create index history_of_prescription on prescriptions.history (prescription_id);
-- Watch: an institution's changes from a resume token on.
create index history_of_institution on prescriptions.history (institution_code, xid, seq);

create function prescriptions.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the history of prescriptions is append-only';
end $$;
create trigger history_append_only before update or delete or truncate on prescriptions.history
    for each statement execute function prescriptions.refuse_change();

-- Second signatures and decisions, by whom and why; one of each a prescription.
create table prescriptions.signatures (
    prescription_id   uuid        not null primary key references prescriptions.prescriptions,
    practitioner_code text        not null,
    reason            text        not null,
    signed_at         timestamptz not null
);

-- The institutions' standing as the register tells it; suspended ones may not push.
create table prescriptions.institutions (
    institution_id uuid not null primary key,
    code           text not null unique,
    name_zh        text not null,
    kind           text not null,
    suspended      boolean not null default false,
    version        int not null
);

create table prescriptions.practitioners (
    code                   text    not null primary key,
    institution_code       text    not null,
    name                   text    not null,
    category               text    not null,
    may_prescribe_toxic    boolean not null,
    may_prescribe_narcotic boolean not null,
    version                int     not null
);

-- Who saw which patient's identity, and why.
create table prescriptions.identity_access (
    seq             bigint      not null generated always as identity primary key,
    prescription_id uuid        not null,
    institution_code text       not null,
    subject         text        not null,
    role            text        not null,
    purpose         text        not null,
    seen_at         timestamptz not null default now()
);
create trigger identity_access_append_only before update or delete or truncate on prescriptions.identity_access
    for each statement execute function prescriptions.refuse_change();
