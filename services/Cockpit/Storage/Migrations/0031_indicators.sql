-- Plans of regions with their indicators, and what is reported where nothing can be counted.
create table cockpit.plan (
    code       text        not null primary key check (code ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
    region     text        not null check (region ~ '^[0-9]{6}$'),
    name_zh    text        not null,
    name_en    text        not null,
    source     text        not null default '',
    version    int         not null,
    updated_at timestamptz not null,
    updated_by text        not null
);
create index plan_by_region on cockpit.plan (region collate "C", code);

create table cockpit.plan_indicator (
    plan          text    not null references cockpit.plan (code),
    seq           int     not null check (seq between 1 and 999),
    group_zh      text    not null default '',
    name_zh       text    not null,
    name_en       text    not null,
    unit          text    not null default '',
    kind          text    not null check (kind in ('level', 'ratio', 'count', 'amount', 'growth_percent', 'added', 'per_institution')),
    owner_zh      text    not null default '',
    definition_zh text    not null default '',
    direction     text    not null default 'up' check (direction in ('up', 'down')),
    baseline_year int,
    baseline      numeric,
    target_year   int     not null,
    target_min    numeric not null,
    target_max    numeric,
    -- Expressions (docs/indicators.md); null: the value is reported.
    numerator     text,
    denominator   text,
    scale         numeric not null default 1,
    -- {"2023": 0.5}: interim targets that are not on the straight line.
    interim       jsonb   not null default '{}',
    primary key (plan, seq),
    check (numerator is not null or denominator is null)
);

-- Every version of a plan, whole.
create table cockpit.plan_history (
    plan    text        not null,
    version int         not null,
    at      timestamptz not null,
    actor   text        not null,
    actor_of text       not null,
    content jsonb       not null,
    primary key (plan, version)
);

-- What a region reports of an indicator for a day, with evidence; it counts once a region above has approved it. Rows stay: a correction is
-- the next version.
create table cockpit.reported_value (
    id           uuid        not null primary key,   -- given by who reports: the same again is the same report
    plan         text        not null,
    seq          int         not null,
    region       text        not null,
    day          date        not null,               -- for which the value holds
    version      int         not null,
    value        numeric     not null,
    evidence     text        not null,
    state        text        not null check (state in ('submitted', 'approved', 'rejected', 'replaced')),
    submitted_at timestamptz not null,
    submitted_by text        not null,
    submitted_of text        not null,               -- institution
    decided_at   timestamptz,
    decided_by   text,
    decided_of   text,
    reason       text,
    unique (plan, seq, region, day, version),
    foreign key (plan, seq) references cockpit.plan_indicator (plan, seq),
    check ((state in ('approved', 'rejected')) = (decided_by is not null)),
    check (state <> 'rejected' or reason <> ''),
    -- Who reported does not approve.
    check (decided_by is null or decided_by <> submitted_by)
);
create unique index reported_value_open on cockpit.reported_value (plan, seq, region, day) where state = 'submitted';
-- The approved values of an indicator by day; and the work list by region.
create index reported_value_of on cockpit.reported_value (plan, seq, region, day desc, version desc) where state = 'approved';
create index reported_value_waiting on cockpit.reported_value (region collate "C", submitted_at) where state = 'submitted';
create index reported_value_by_time on cockpit.reported_value (submitted_at, id);

create function cockpit.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end $$;
create trigger plan_history_append_only before update or delete or truncate on cockpit.plan_history
    for each statement execute function cockpit.refuse_change();
create trigger reported_value_stays before delete or truncate on cockpit.reported_value
    for each statement execute function cockpit.refuse_change();

create function cockpit.refuse_rewriting() returns trigger language plpgsql as $$
begin
    if old.state <> 'submitted'
        or (new.id, new.plan, new.seq, new.region, new.day, new.version, new.value, new.evidence, new.submitted_at, new.submitted_by, new.submitted_of)
           is distinct from
           (old.id, old.plan, old.seq, old.region, old.day, old.version, old.value, old.evidence, old.submitted_at, old.submitted_by, old.submitted_of)
    then
        raise exception 'what was reported stays as it is';
    end if;
    return new;
end $$;
create trigger reported_value_unaltered before update on cockpit.reported_value
    for each row execute function cockpit.refuse_rewriting();
