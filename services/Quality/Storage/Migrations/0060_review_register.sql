-- The register of prescriptions that samples are drawn from, and what becomes of those drawn (处方点评).

alter table quality.prescription
    -- PrescriptionReceived, as told since 2026-11.
    add column visit_kind        text,
    add column prescriber_code   text,
    add column prescriber_name   text,
    add column disease_name      text,
    add column syndrome_code     text,
    add column days              int,
    add column line_count        int,
    add column fee_fen           bigint,
    add column urgent            boolean,
    add column patient_years     int,
    add column long_explained    boolean,
    add column patient_pseudonym text,
    -- PrescriptionAudited
    add column formula_name      text,
    -- PrescriptionApproved
    add column usage             text,
    -- Its number in the register: given when it is both received and approved. A draw looks at the numbers up to its own cut-off.
    add column noted             bigint,
    -- The register's number when it was cancelled, or when a newer revision took its place: it is no part of later populations.
    add column withdrawn         bigint;

create sequence quality.register_number;

-- Numbers are taken behind a shared gate that is held until the transaction ends …
create function quality.next_register_number() returns bigint language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(7310060);
    return nextval('quality.register_number');
end $$;

-- … and a draw passes the gate alone: whatever has a number up to this one is committed then, so that the same question asked at any
-- later time finds the same prescriptions. In a transaction of its own: the gate stays shut until it ends.
create function quality.register_cutoff() returns bigint language plpgsql as $$
begin
    perform pg_advisory_xact_lock(7310060);
    return (select case when is_called then last_value else 0 end from quality.register_number);
end $$;

update quality.prescription set noted = quality.next_register_number() where received_version is not null and approved_version is not null;

-- The population of a month: by draws and rates. (institution_code, month), which answered the first hundred of a month, goes.
create index prescription_register on quality.prescription (month, institution_code) where month is not null;
drop index quality.prescription_month;

-- A plan (抽样方案) as it was at each time: a change is a new version, and a draw names the version that it followed.
create table quality.review_plan (
    plan_id        uuid        not null,
    version        int         not null,
    -- Newest version of each plan; the only column that is ever changed.
    current        boolean     not null default true,
    kind           text        not null check (kind in ('routine', 'topic')),
    name_zh        text        not null,
    name_en        text        not null,
    setting        text        not null check (setting in ('outpatient', 'inpatient', 'any')),
    share_permyriad int        not null check (share_permyriad between 1 and 10000),
    minimum        int         not null check (minimum between 1 and 100000),
    by_department  boolean     not null,
    by_prescriber  boolean     not null,
    topic          jsonb,
    -- GB/T 2260 prefixes of the regions whose institutions are drawn from.
    regions        text[]      not null,
    owner_code     text        not null,
    review_days    int         not null check (review_days between 1 and 90),
    answer_days    int         not null check (answer_days between 1 and 90),
    active         boolean     not null,
    reason         text        not null,
    written_by     text        not null,
    written_name   text        not null,
    written_at     timestamptz not null,
    primary key (plan_id, version)
);
create unique index review_plan_current on quality.review_plan (plan_id) where current;

-- A draw (抽样批次). Never changed.
create table quality.review_run (
    run_id       uuid        not null primary key,
    plan_id      uuid        not null,
    plan_version int         not null,
    period_from  date        not null,
    period_until date        not null,
    -- 1 for the first draw of a period; later ones top it up with what came late.
    sequence     int         not null,
    seed         bytea       not null check (length(seed) = 32),
    cutoff       bigint      not null,
    algorithm    text        not null,
    -- What the topic's words meant when it was drawn: the pieces that were asked for.
    pieces       text[],
    population   int         not null,
    required     int         not null,
    drawn        int         not null,
    digest       bytea       not null,
    drawn_by     text        not null,
    drawn_name   text        not null,
    drawn_at     timestamptz not null,
    foreign key (plan_id, plan_version) references quality.review_plan (plan_id, version),
    unique (plan_id, period_from, period_until, sequence)
);

create table quality.review_run_part (
    run_id           uuid  not null references quality.review_run,
    institution_code text  not null,
    region_code      text  not null,
    population       int   not null,
    required         int   not null,
    drawn_before     int   not null,
    drawn            int   not null,
    digest           bytea not null,
    primary key (run_id, institution_code)
);

create table quality.review_stratum (
    run_id           uuid not null references quality.review_run,
    institution_code text not null,
    stratum          int  not null,
    department_name  text not null,
    prescriber_code  text not null,
    prescriber_name  text not null,
    population       int  not null,
    allotted         int  not null,
    drawn_before     int  not null,
    drawn            int  not null,
    primary key (run_id, institution_code, stratum)
);

create table quality.review_sample (
    run_id           uuid not null references quality.review_run,
    prescription_id  uuid not null references quality.prescription,
    institution_code text not null,
    stratum          int  not null,
    primary key (run_id, prescription_id)
);
-- What a later draw leaves out, and the plans that a review belongs to.
create index review_sample_prescription on quality.review_sample (prescription_id);
