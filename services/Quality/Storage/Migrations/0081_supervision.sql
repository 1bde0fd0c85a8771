-- Alerts of behaviour supervision (监管线索). One a pattern, month and subject, however often it is looked for.
create table quality.supervision_alert (
    alert_id         uuid        not null primary key,
    pattern          text        not null,
    edition          text        not null,
    month            date        not null,
    subject          text        not null check (subject in ('prescriber', 'institution', 'piece', 'patient')),
    -- May hold a pseudonym: never shown.
    subject_key      text        not null,
    -- Null when it spans several institutions.
    institution_code text,
    region_code      text        not null,
    prescriber_code  text        not null,
    prescriber_name  text        not null,
    piece            text        not null,
    strength         float8      not null,
    text_zh          text        not null,
    text_en          text        not null,
    figures          jsonb       not null,
    records          int         not null,
    state            text        not null default 'new' check (state in ('new', 'looked-at', 'justified', 'confirmed', 'referred')),
    version          int         not null default 1,
    raised_at        timestamptz not null,
    updated_at       timestamptz not null,
    unique (pattern, month, subject_key)
);

-- GET /api/quality/supervision/alerts, raised last in front.
create index supervision_alert_list on quality.supervision_alert (raised_at desc, alert_id desc);
create index supervision_alert_institution on quality.supervision_alert (institution_code, raised_at desc);

-- What an alert stands on, in the order it is shown.
create table quality.supervision_record (
    alert_id        uuid not null references quality.supervision_alert on delete cascade,
    place           int  not null,
    prescription_id uuid not null,
    primary key (alert_id, place)
);

-- Who did what with an alert. The newest is its state.
create table quality.supervision_act (
    alert_id    uuid        not null references quality.supervision_alert,
    version     int         not null,
    state       text        not null,
    by_subject  text        not null,
    by_name     text        not null,
    institution text        not null,
    at          timestamptz not null,
    reason      text,
    referred_to text,
    primary key (alert_id, version)
);

create table quality.supervision_run (
    run_id   bigint      generated always as identity primary key,
    month    date        not null,
    edition  text        not null,
    ran_at   timestamptz not null,
    cases    int         not null,
    signals  int         not null,
    raised   int         not null
);
