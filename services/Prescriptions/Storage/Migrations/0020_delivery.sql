-- Who has the parcel, as the decoction room tells it: by this alone the courier is shown the address, the counter may check a code and the
-- centre may print a name. The newest telling counts.
create table prescriptions.delivery (
    prescription_id uuid not null primary key,
    centre_code     text,
    public_code     text not null default '',
    parcel_state    text check (parcel_state in ('shipped', 'counter', 'back', 'delivered', 'returned')),
    holder_code     text,
    courier_id      text,
    -- Version of the decoction room's event this row was made from.
    parcel_version  int  not null default 0,
    -- SHA-256 of prescription id and pick-up code: the code itself stands nowhere but in the message to the patient.
    code_sha256     bytea,
    code_tries      int  not null default 0,
    codes_made      int  not null default 0
);

alter table prescriptions.identity_access
    drop constraint identity_access_action_check,
    add constraint identity_access_action_check check (action in ('reveal', 'search', 'erase', 'deliver', 'label', 'notify'));

-- Messages to patients (通知): what they say without whom they are for, which is looked up when they are sent.
create table prescriptions.notification (
    id               uuid        not null primary key,
    prescription_id  uuid        not null,
    institution_code text        not null,
    region_code      text        not null,
    kind             text        not null check (kind in ('shipped', 'at-counter', 'pick-up-code', 'undelivered', 'delivered', 'returned')),
    -- The version of the event that gave rise to it: each gives rise to one.
    cause_version    int         not null,
    public_code      text        not null,
    at               timestamptz,
    -- The pick-up code until it is sent; never after.
    secret           text,
    state            text        not null default 'waiting' check (state in ('waiting', 'sent', 'recorded', 'failed', 'dropped')),
    channel          text,
    attempts         int         not null default 0,
    next_at          timestamptz not null default now(),
    last_error       text,
    created_at       timestamptz not null default now(),
    finished_at      timestamptz,
    unique (prescription_id, kind, cause_version),
    check ((state = 'waiting') = (finished_at is null))
);

-- The sender's queue.
create index notification_due on prescriptions.notification (next_at) where state = 'waiting';
-- An institution's messages, the newest first; all of them, for the operator.
create index notification_of_institution on prescriptions.notification (institution_code, id desc);
