-- Evaluations as they were published (评价发布): what was counted, the scores, the edition, and the hash of all of it. Never changed; a later
-- publication of the same period is a further version.
create table quality.evaluation_publication (
    publication_id uuid        not null primary key,
    group_code     text        not null check (group_code in ('hospital', 'centre')),
    region_code    text        not null,
    period         text        not null,
    version        int         not null,
    edition        text        not null,
    content        text        not null,
    sha256         bytea       not null,
    published_at   timestamptz not null,
    by_subject     text        not null,
    by_name        text        not null,
    unique (group_code, region_code, period, version)
);

-- Monthly reports as they were frozen (监管月报).
create table quality.monthly_report (
    report_id    uuid        not null primary key,
    region_code  text        not null,
    month        date        not null,
    version      int         not null,
    content      text        not null,
    sha256       bytea       not null,
    frozen_at    timestamptz not null,
    by_subject   text        not null,
    by_name      text        not null,
    unique (region_code, month, version)
);
