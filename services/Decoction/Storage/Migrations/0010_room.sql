-- What a supervised room needs: vessels with their state, runs, reworked steps, held deviations, compact curves, batch records.

-- 《医疗机构中药煎药室管理规范》: ceramic, stainless steel or copper; iron is forbidden.
alter table decoction.vessel
    add column kind          text        not null default 'machine' check (kind in ('machine', 'pot')),
    add column material      text        not null default 'stainless' check (material in ('ceramic', 'stainless', 'copper')),
    add column capacity_ml   int         not null default 20000 check (capacity_ml between 500 and 200000),
    -- Serial of the controller that measures; null: whoever speaks for the vessel is believed to be its own.
    add column controller    text,
    -- From then on a boil without a curve is a deviation.
    add column instrumented  boolean     not null default false,
    add column broken_at     timestamptz,
    add column broken_reason text,
    add column broken_name   text,
    add check ((broken_at is null) = (broken_reason is null));

create table decoction.cleaning (
    vessel_id  int         not null references decoction.vessel,
    cleaned_at timestamptz not null,
    by_subject text        not null,
    by_name    text        not null,
    agent      text        not null,
    primary key (vessel_id, cleaned_at)
);

create table decoction.calibration (
    vessel_id     int         not null references decoction.vessel,
    calibrated_at timestamptz not null,
    valid_until   timestamptz not null check (valid_until > calibrated_at),
    certificate   text        not null,
    by_subject    text        not null,
    by_name       text        not null,
    primary key (vessel_id, calibrated_at)
);

insert into decoction.calibration (vessel_id, calibrated_at, valid_until, certificate, by_subject, by_name)
select vessel_id, now() - interval '30 days', now() + interval '335 days', '初始登记', 'system', '系统' from decoction.vessel;

-- One prescription may need a second vessel when the first breaks: each stay is a run, and bags come from exactly one.
alter table decoction.occupation
    drop constraint occupation_pkey,
    add column run_no   int  not null default 1,
    add column ended_as text check (ended_as in ('packed', 'aborted', 'scrapped')),
    add primary key (prescription_id, run_no);
update decoction.occupation o set ended_as = 'packed'
from decoction.job j where j.prescription_id = o.prescription_id and j.state in ('packed', 'shipped', 'delivered');
create unique index occupation_one_open_run on decoction.occupation (prescription_id) where ended_as is null;
create unique index occupation_one_packed_run on decoction.occupation (prescription_id) where ended_as = 'packed';

-- The run that is open, or else the last.
create view decoction.current_run as
select distinct on (prescription_id) prescription_id, run_no, vessel_id, period, ended_as
from decoction.occupation order by prescription_id, run_no desc;

alter table decoction.bag add column run_no int;
update decoction.bag b set run_no = r.run_no from decoction.current_run r where r.prescription_id = b.prescription_id;
alter table decoction.bag
    alter column run_no set not null,
    add foreign key (prescription_id, run_no) references decoction.occupation (prescription_id, run_no);

-- Whoever fills bags need not know of runs.
create function decoction.bag_of_run() returns trigger language plpgsql as $$
begin
    select run_no into new.run_no from decoction.current_run where prescription_id = new.prescription_id;
    return new;
end $$;
create trigger bag_of_run before insert on decoction.bag for each row execute function decoction.bag_of_run();

-- A reworked step stays on record beside the one that counts.
alter table decoction.step
    drop constraint step_pkey,
    add column attempt       int         not null default 1 check (attempt > 0),
    add column run_no        int         not null default 1,
    -- When it was reported: a room that reports late is not thereby late.
    add column recorded_at   timestamptz not null default now(),
    add column superseded_by uuid,
    add primary key (prescription_id, step, attempt);
create unique index step_that_counts on decoction.step (prescription_id, step) where superseded_by is null;
-- The watch over what runs now.
create index step_running on decoction.step (started_at) where finished_at is null and superseded_by is null;

-- What is done within a step: 后下 added, 烊化 stirred in.
create table decoction.step_action (
    prescription_id uuid        not null references decoction.job,
    handling        text        not null,
    attempt         int         not null,
    done_at         timestamptz not null,
    done_by         text        not null,
    done_name       text        not null,
    primary key (prescription_id, handling, attempt)
);

alter table decoction.deviation
    drop constraint deviation_prescription_id_step_rule_id_key,
    add column attempt      int         not null default 1,
    -- Whether the medicine waits for the decision.
    add column holds        boolean     not null default true,
    add column decision     text check (decision in ('accept', 'rework', 'scrap')),
    add column reason       text,
    add column decided_at   timestamptz,
    add column decided_by   text,
    add column decided_name text,
    add unique (prescription_id, step, rule_id, attempt),
    add check ((decision is null) = (decided_at is null)),
    add check ((decision is null) = (decided_name is null)),
    add check (decision is null or length(reason) > 0);
-- Told before there was anybody to decide.
update decoction.deviation set holds = false;
create index deviation_waiting on decoction.deviation (prescription_id) where decision is null;

alter table decoction.job
    drop constraint job_state_check,
    add constraint job_state_check check (
        state in ('waiting', 'soaking', 'decocting', 'packing', 'packed', 'shipped', 'delivered', 'scrapped', 'returned', 'lost')),
    add column age_years int check (age_years between 0 and 150);

create function decoction.unalterable() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

create table decoction.recipe_override (
    override_id     uuid        not null primary key,
    prescription_id uuid        not null references decoction.job,
    by_subject      text        not null,
    by_name         text        not null,
    reason          text        not null check (length(reason) > 0),
    made_at         timestamptz not null,
    recipe_before   jsonb       not null,
    recipe_after    jsonb       not null
);
create index recipe_override_of_job on decoction.recipe_override (prescription_id, made_at);
create trigger recipe_override_unalterable before update or delete or truncate on decoction.recipe_override
    for each statement execute function decoction.unalterable();

-- decoction.reading is the landing: the first telling of a vessel's moment stays. What is whole there is packed into chunks.
alter table decoction.reading set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
create table decoction.reading_chunk (
    vessel_id int         not null,
    count     int         not null check (count > 0),
    first_at  timestamptz not null,
    last_at   timestamptz not null,
    data      bytea       not null
);
-- The curve of one vessel over an interval, and whether a late reading is there already.
create index reading_chunk_of_vessel on decoction.reading_chunk (vessel_id, last_at);

-- Records of one centre are chained: each carries the hash of the one before.
alter table decoction.centre
    add column records     bigint not null default 0,
    add column last_sha256 bytea;
create table decoction.batch_record (
    prescription_id uuid        not null references decoction.job,
    version         int         not null,
    centre_code     text        not null references decoction.centre,
    number          bigint      not null,
    made_at         timestamptz not null,
    content         text        not null,
    curve           bytea       not null,
    previous_sha256 bytea,
    sha256          bytea       not null,
    signature       bytea       not null,
    key_id          text        not null,
    primary key (prescription_id, version),
    unique (centre_code, number)
);
create trigger batch_record_unalterable before update or delete or truncate on decoction.batch_record
    for each statement execute function decoction.unalterable();

create table decoction.batch_release (
    prescription_id uuid        not null,
    version         int         not null,
    kind            text        not null check (kind in ('by-itself', 'by-person', 'scrapped')),
    released_by     text,
    released_name   text,
    released_at     timestamptz not null,
    primary key (prescription_id, version),
    foreign key (prescription_id, version) references decoction.batch_record,
    check ((kind = 'by-itself') = (released_by is null))
);
create trigger batch_release_unalterable before update or delete or truncate on decoction.batch_release
    for each statement execute function decoction.unalterable();

-- The last line: medicine that nobody released does not leave the house, whoever writes the parcel.
create function decoction.only_released_leaves() returns trigger language plpgsql as $$
begin
    if new.shipped_at is not null and old.shipped_at is null and exists (
        select from decoction.job j
        where j.prescription_id = new.prescription_id and j.decoct
          and exists (select from decoction.batch_record r where r.prescription_id = j.prescription_id)
          and (j.state = 'scrapped'
               or not exists (select from decoction.batch_release b where b.prescription_id = j.prescription_id and b.kind <> 'scrapped')
               or exists (select from decoction.deviation d where d.prescription_id = j.prescription_id and d.holds and d.decision is null)))
    then
        raise exception 'the batch record of % is not released', new.prescription_id using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger parcel_only_released before update of shipped_at on decoction.parcel
    for each row execute function decoction.only_released_leaves();

-- Public halves of the keys that signed records, so that anyone with the database can check them.
create table decoction.record_key (
    key_id     text        not null primary key,
    public_key bytea       not null,
    since      timestamptz not null default now()
);
create trigger record_key_unalterable before update or delete or truncate on decoction.record_key
    for each statement execute function decoction.unalterable();
