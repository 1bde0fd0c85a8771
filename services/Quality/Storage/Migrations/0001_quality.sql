-- Quality control: lots with their tests, prescriptions sampled for review, nonconformities.
create schema quality;

-- A lot that quality control decides about (放行任务).
create table quality.lot (
    lot_id              uuid        not null primary key,
    centre_code         text        not null,
    piece               text        not null,
    lot_number          text        not null,
    supplier            text        not null,
    origin              text        not null,
    quantity_milligrams bigint      not null,
    produced_on         date        not null,
    expires_on          date        not null,
    accepted_by         text        not null,
    accepted_at         timestamptz not null,
    traceparent         text,
    state               text        not null default 'waiting' check (state in ('waiting', 'released', 'rejected', 'recalled')),
    -- Events told of this lot.
    told                int         not null default 0,
    decided_at          timestamptz,
    decided_by          text,
    decided_name        text,
    reason              text,
    check ((state = 'waiting') = (decided_at is null))
);

-- The work list: GET /api/quality/lots by state, oldest first.
create index lot_list on quality.lot (state, accepted_at, lot_id);

-- Results on which a lot was released, each beside the limit it was held against.
create table quality.lot_test (
    lot_id uuid    not null references quality.lot,
    test   text    not null,
    value  numeric not null check (value >= 0),
    unit   text    not null,
    limit_value    numeric not null,
    limit_source   text    not null,
    limit_edition  text    not null,
    primary key (lot_id, test)
);

-- What is known of a prescription, in whichever order its events come. A part that has not been told yet is null.
create table quality.prescription (
    prescription_id  uuid not null primary key,
    institution_code text not null,
    region_code      text not null,
    his_number       text not null,
    revision         int  not null,
    traceparent      text,
    told             int  not null default 0,
    -- PrescriptionReceived
    received_version int,
    received_at      timestamptz,
    month            date,
    department_name  text,
    disease_code     text,
    syndrome_name    text,
    doses            int,
    sampled          boolean,
    sampled_because  text,
    -- PrescriptionAudited
    audited_version  int,
    outcome          text,
    release          text,
    findings         jsonb,
    -- PrescriptionApproved
    approved_version int,
    approved_by      text,
    lines            jsonb,
    -- PrescriptionChecked
    checked_version  int,
    centre_code      text,
    dispenser        text,
    checker          text,
    -- 点评
    reviewed_at      timestamptz,
    reviewer         text,
    reviewer_name    text,
    reviewer_code    text,
    rational         boolean,
    codes            text[],
    check ((reviewed_at is null) = (rational is null))
);

-- How many an institution has had in a month already: the first hundred are always sampled.
create index prescription_month on quality.prescription (institution_code, month) where month is not null;

-- The reviewers' queue: GET /api/quality/reviews?state=waiting, oldest first.
create index review_waiting on quality.prescription (received_at, prescription_id) where sampled and reviewed_at is null;
create index review_done on quality.prescription (received_at, prescription_id) where sampled and reviewed_at is not null;

create table quality.nonconformity (
    nonconformity_id uuid        not null primary key,
    prescription_id  uuid        not null,
    source_version   int         not null,
    institution_code text        not null,
    region_code      text        not null,
    centre_code      text        not null,
    step             text        not null,
    rule_id          text        not null,
    text_zh          text        not null,
    text_en          text        not null,
    detected_at      timestamptz not null,
    state            text        not null default 'open' check (state in ('open', 'closed')),
    unique (prescription_id, source_version)
);

-- GET /api/quality/nonconformities, oldest first.
create index nonconformity_list on quality.nonconformity (state, detected_at, nonconformity_id);
