-- Control charts (控制图): what was measured, the limits it is held against, and what the charts said.

-- A chart: one measure of one scale, vessel or centre.
create table quality.control_chart (
    chart_id    uuid        not null primary key,
    measure     text        not null,
    centre_code text        not null,
    -- The scale or vessel; empty: the whole centre.
    subject     text        not null,
    -- Events told of this chart.
    told        int         not null default 0,
    -- Of the baseline that holds; null: not enough was measured yet, or all of it alike.
    baseline    int,
    unique (measure, centre_code, subject)
);

-- GET /api/quality/charts by centre.
create index control_chart_list on quality.control_chart (centre_code, measure, subject);

-- A measured value. Told again it is the same row, so a chart is a set of these in the order of their time, however they came.
create table quality.control_point (
    chart_id       uuid             not null references quality.control_chart,
    -- The prescription, and the version of the event that told of it.
    source_id      uuid             not null,
    source_version int              not null,
    at             timestamptz      not null,
    value          double precision not null,
    reference      text             not null,
    -- False: the chart has not looked at it yet.
    judged         boolean          not null default false,
    -- Counted from the first after the baseline, with the average there; null within and before a baseline.
    ordinal        int,
    ewma           double precision,
    primary key (chart_id, source_id, source_version)
);

-- A chart in the order of its points.
create index control_point_order on quality.control_point (chart_id, at, source_id, source_version);
-- What no chart has looked at yet.
create index control_point_new on quality.control_point (chart_id) where not judged;

-- Frozen limits. Number 0: reckoned from a chart's first points, unsigned. From 1 on: signed by a named person with a reason, unalterable; each
-- holds the hash of the one before.
create table quality.control_baseline (
    chart_id     uuid             not null references quality.control_chart,
    number       int              not null check (number >= 0),
    from_at      timestamptz      not null,
    until_at     timestamptz      not null,
    until_source uuid             not null,
    until_version int             not null,
    points       int              not null check (points >= 2),
    -- Points within the window left out of the reckoning: {"sourceId":…,"sourceVersion":…}
    excluded     jsonb            not null default '[]',
    centre       double precision not null,
    mean_range   double precision not null check (mean_range > 0),
    sigma        double precision not null check (sigma > 0),
    upper_range  double precision not null,
    signed_by    text,
    signed_name  text,
    signed_at    timestamptz,
    reason       text,
    -- What was signed, as text; it names the hash of the one before.
    content      text,
    sha256       bytea,
    primary key (chart_id, number),
    check ((number = 0) = (signed_by is null))
);

create function quality.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end $$;

create trigger control_baseline_signed before update or delete on quality.control_baseline
    for each row when (old.number > 0) execute function quality.refuse_change();
