-- Decoction rooms: vessels, jobs with their steps, bags, parcels, readings.
create schema decoction;

-- A vessel holds one prescription at a time: the exclusion constraint below compares a number and a period in one index.
create extension if not exists btree_gist;

create table decoction.centre (
    code      text        not null primary key,
    seeded_at timestamptz not null default now()
);

create table decoction.vessel (
    vessel_id   int  not null generated always as identity primary key,
    centre_code text not null references decoction.centre,
    name        text not null,
    unique (centre_code, name)
);

-- One row per prescription that reached this room; without decoction it is only waiting for the courier.
create table decoction.job (
    prescription_id      uuid        not null primary key,
    institution_code     text        not null,
    region_code          text        not null,
    his_number           text        not null,
    revision             int         not null,
    centre_code          text        not null,
    delivery_region_code text        not null,
    -- Version of the PrescriptionChecked this row was made from, and how many events were told of it since.
    source_version       int         not null,
    told                 int         not null default 0,
    traceparent          text,
    state                text        not null check (state in ('waiting', 'soaking', 'decocting', 'packing', 'packed', 'shipped', 'delivered')),
    decoct               boolean     not null,
    urgent               boolean     not null,
    external             boolean     not null,
    doses                int         not null check (doses > 0),
    packs_per_dose       int         not null check (packs_per_dose > 0),
    millilitres_per_pack int         not null check (millilitres_per_pack > 0),
    checked_at           timestamptz not null,
    portions             jsonb       not null,
    recipe               jsonb,
    recorded_at          timestamptz not null default now(),
    check (decoct = (recipe is not null))
);

-- The room's board: GET /api/decoction/jobs by centre and state, oldest first.
create index job_board on decoction.job (centre_code, state, checked_at, prescription_id);

create table decoction.step (
    prescription_id uuid        not null references decoction.job,
    step            text        not null check (step in ('soaking', 'first-boil', 'second-boil', 'packing')),
    vessel_id       int         not null references decoction.vessel,
    started_at      timestamptz not null,
    started_by      text        not null,
    started_name    text        not null,
    finished_at     timestamptz,
    finished_by     text,
    finished_name   text,
    primary key (prescription_id, step),
    check (finished_at > started_at),
    check ((finished_at is null) = (finished_by is null))
);

-- A vessel from the first water to the last bag of one prescription. Open to infinity, or to the next occupation already known,
-- until packing ends; two periods of a vessel never overlap, whoever reports first.
create table decoction.occupation (
    prescription_id uuid      not null primary key references decoction.job,
    vessel_id       int       not null references decoction.vessel,
    period          tstzrange not null check (not isempty(period)),
    constraint occupation_one_at_a_time exclude using gist (vessel_id with =, period with &&)
);

create table decoction.deviation (
    deviation_id    uuid        not null primary key,
    prescription_id uuid        not null references decoction.job,
    step            text        not null,
    rule_id         text        not null,
    text_zh         text        not null,
    text_en         text        not null,
    detected_at     timestamptz not null,
    unique (prescription_id, step, rule_id)
);

create sequence decoction.bag_number as bigint maxvalue 999999999999;

create table decoction.bag (
    serial          text not null primary key,
    prescription_id uuid not null references decoction.job,
    number          int  not null,
    unique (prescription_id, number)
);

create sequence decoction.parcel_number as bigint maxvalue 999999999;

create table decoction.parcel (
    prescription_id uuid        not null primary key references decoction.job,
    parcel_id       uuid        not null unique,
    sscc            text        not null unique check (sscc ~ '^\d{18}$'),
    ready_at        timestamptz not null,
    shipped_at      timestamptz,
    shipped_by      text,
    shipped_name    text,
    delivered_at    timestamptz,
    delivered_by    text,
    delivered_name  text,
    check (delivered_at is null or shipped_at is not null),
    check (delivered_at >= shipped_at)
);

-- What the vessels' controllers say; the first telling of a vessel's moment stays.
create table decoction.reading (
    vessel_id       int         not null,
    taken_at        timestamptz not null,
    centicelsius    int         not null,
    pressure_pascal int         not null,
    primary key (vessel_id, taken_at)
);
