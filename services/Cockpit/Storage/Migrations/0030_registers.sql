-- The register of institutions as events told it, with its history by time, so that an indicator of a past day is computed again. One row a
-- version; a version holds from its time until the next one's, whatever the order in which they came.
create table cockpit.register_institution (
    code       text        not null,
    version    int         not null,
    since      timestamptz not null,
    until      timestamptz,                        -- null: holds now
    shape      smallint    not null,               -- how much the event said; a version told again in a fuller shape replaces it
    name_zh    text        not null,
    name_en    text        not null,
    kind       text        not null,
    region     text        not null,
    ownership  text        not null default '',
    level      text        not null default '',
    grade      smallint    not null default 0,     -- 1 to 3 of 一级 to 三级; 0 without
    beds       int         not null default 0,
    hall       boolean     not null default false, -- 中医馆, 中医阁
    departments text[]     not null default '{}',  -- national codes
    attributes jsonb       not null default '{}',
    longitude  double precision,
    latitude   double precision,
    primary key (code, version)
);
-- Everything that is counted is counted within a region's subtree, on a day.
create index register_institution_by_region on cockpit.register_institution (region collate "C", code);

create table cockpit.register_practitioner (
    code             text        not null,
    version          int         not null,
    since            timestamptz not null,
    until            timestamptz,
    shape            smallint    not null,
    institution      text        not null,
    category         text        not null,
    discipline       text        not null default '',
    general_practice boolean     not null default false,
    grade            text        not null default '',
    title            text        not null default '',
    primary key (code, version)
);
create index register_practitioner_by_institution on cockpit.register_practitioner (institution, code);

-- Suspended (true) from, or reinstated (false).
create table cockpit.register_standing (
    subject   "char"      not null,  -- i institution, p practitioner
    code      text        not null,
    version   int         not null,
    since     timestamptz not null,
    until     timestamptz,
    suspended boolean     not null,
    primary key (subject, code, version)
);

create table cockpit.register_region (
    code       text        not null,
    version    int         not null,
    since      timestamptz not null,
    until      timestamptz,
    shape      smallint    not null,
    name_zh    text        not null,
    name_en    text        not null,
    population int         not null,  -- of a county; 0 above
    retired    boolean     not null,
    longitude  double precision,
    latitude   double precision,
    primary key (code, version)
);

-- Raised with every change of the four tables: what was computed at a revision holds at it.
create table cockpit.register_revision (
    one      boolean primary key default true check (one),
    revision bigint  not null
) with (fillfactor = 10);
insert into cockpit.register_revision (revision) values (0);
