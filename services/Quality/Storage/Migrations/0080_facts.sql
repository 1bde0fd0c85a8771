-- What supervision and evaluation count of a prescription (监管事实), filled from events in whichever order they come. A part that has not been told
-- yet is null. quality.prescription is the register of the reviews; this is of everything.
create table quality.fact (
    prescription_id  uuid not null primary key,
    institution_code text not null,
    region_code      text not null,
    his_number       text not null,
    -- PrescriptionReceived
    received_version int,
    received_at      timestamptz,
    day              date,
    prescriber_code  text,
    prescriber_name  text,
    department_name  text,
    visit_kind       text,
    days             int,
    doses            int,
    line_count       int,
    long_explained   boolean,
    urgent           boolean,
    fee_fen          bigint,
    -- Keyed pseudonym of the patient: for counting, never shown.
    patient_token    text,
    -- PrescriptionAudited
    audited_version  int,
    outcome          text,
    over_dose        boolean,
    near_formula     boolean,
    -- PrescriptionApproved
    approved_version int,
    approved_at      timestamptz,
    pieces           text[],
    wanted_lines     int[],
    wanted_mg        bigint[],
    -- PrescriptionRouted
    routed_version   int,
    promised_at      timestamptz,
    pieces_fen       bigint,
    -- PrescriptionChecked
    checked_version  int,
    centre_code      text,
    checked_at       timestamptz,
    decocts          boolean,
    weighed_lines    int[],
    weighed_mg       bigint[],
    -- Lines that were weighed, and those of them within 5 %: known when both events are.
    portions         int,
    portions_within  int,
    -- DecoctionCompleted, DeviationDetected, ParcelDelivered
    decocted_at      timestamptz,
    deviations       int not null default 0,
    delivered_at     timestamptz,
    -- rejected, cancelled, expired, returned or superseded
    ended            text,
    ended_because    text
);

-- A month of an institution or of everybody: supervision and evaluation read by day.
create index fact_day on quality.fact (day, institution_code);
create index fact_centre on quality.fact (centre_code, day) where centre_code is not null;

-- Prescriptions of which the trace holds at least one record.
create table quality.fact_traced (
    prescription_id uuid not null primary key
);

-- Deviations told already, so that one told again is not counted again after a new version of the row.
create table quality.fact_deviation (
    prescription_id uuid not null,
    version         int  not null,
    primary key (prescription_id, version)
);

-- Institutions by name and kind, as the register tells them.
create table quality.institution (
    code        text not null primary key,
    name_zh     text not null,
    name_en     text not null,
    kind        text not null,
    region_code text not null,
    version     int  not null
);

-- Practitioners, for what an institution does for the years to come.
create table quality.practitioner (
    practitioner_id    uuid not null primary key,
    version            int  not null,
    code               text not null,
    institution_code   text not null,
    category           text not null,
    graded             boolean not null,
    sites              int  not null,
    licence_expires_on date,
    suspended_version  int,
    suspended          boolean not null default false
);

create index practitioner_institution on quality.practitioner (institution_code);
