-- The cockpit's history. Everything below facts can be recomputed from facts.
create schema cockpit;

-- Where the stream of facts stands: the id of the last fact. One row; the update that takes ids holds it until commit, so ids are
-- gapless and become visible in their order, and a reader that has seen fact n has seen every fact before it.
create table cockpit.position (
    one        boolean primary key default true check (one),
    last       bigint  not null,
    generation uuid    not null default gen_random_uuid()  -- of the tables below; a rebuild, or another database, is another one
) with (fillfactor = 10);
insert into cockpit.position (last) values (0);

-- One row per folded event: who, where, when and the numbers that counters are made of. Never a patient, never a practitioner.
create table cockpit.facts (
    id           bigint      not null primary key,
    message_id   uuid        not null,
    type         text        not null,
    aggregate_id uuid        not null,
    version      int         not null,
    revision     int         not null,  -- of the prescription; 0 for anything else
    institution  text,                  -- prescribing institution
    region       text,                  -- its county
    centre       text,                  -- pharmacy or decoction centre
    occurred_at  timestamptz not null,
    recorded_at  timestamptz not null default now(),
    reference    text,                  -- HIS prescription number or lot number
    detail       text,                  -- outcome, step, category: see Fact
    topic        text,                  -- syndrome or piece
    amount       bigint      not null,  -- fen, milligrams, seconds: see Fact
    quantity     bigint      not null,  -- doses or bags
    items        int         not null,  -- lines, findings, codes
    flag         boolean     not null,
    pieces       text[],                -- of an approved prescription, with …
    weights      bigint[]               -- … milligrams over all doses
);
-- The net under the inbox: an event can never count twice.
create unique index facts_message on cockpit.facts (message_id);

-- How often and how much: for a county and every region above it, an institution, a centre; by day and hour of Asia/Shanghai.
create table cockpit.counters (
    kind      "char"   not null,  -- r region, i institution, c centre
    code      text     not null,  -- of the region (000000: everywhere), institution or centre
    day       date     not null,
    hour      smallint not null,
    metric    text     not null,
    value     bigint   not null,
    last_fact bigint   not null,
    primary key (kind, code, day, hour, metric)
) with (fillfactor = 70);

-- The furthest stage of each prescription, as revision * 1000 + rank (Stage.cs). Only ever rises, so the order of events is indifferent.
create table cockpit.prescriptions (
    id          uuid   not null primary key,
    region      text   not null,
    institution text   not null,
    progress    bigint not null
) with (fillfactor = 70);

-- How many prescriptions stand in which stage now.
create table cockpit.standing (
    kind      "char"   not null,
    code      text     not null,
    stage     smallint not null,
    value     bigint   not null,
    last_fact bigint   not null,
    primary key (kind, code, stage)
) with (fillfactor = 50);

-- Herbs, syndromes and institutions by day.
create table cockpit.rankings (
    list        text   not null,  -- herb, syndrome, institution
    day         date   not null,
    region      text   not null,
    institution text   not null,
    topic       text   not null,
    count       bigint not null,
    amount      bigint not null,  -- herb: milligrams; syndrome and institution: doses
    primary key (list, day, region, institution, topic)
) with (fillfactor = 80);

-- Names for screens, and where a centre stands. Each half has the version of the event it came from.
create table cockpit.institutions (
    code           text    not null primary key,
    name_zh        text,
    name_en        text,
    kind           text,
    region         text,
    entry_version  int     not null default 0,
    suspended      boolean not null default false,
    status_version int     not null default 0
);

-- The scopes a prescription stands in: as Tally.ScopesOf.
create function cockpit.scopes_of(region text, institution text) returns table (kind "char", code text)
language sql immutable parallel safe as $$
    select 'r'::"char", '000000'
    union select 'r'::"char", c from unnest(array[region, left(region, 4) || '00', left(region, 2) || '0000']) c
          where region ~ '^[0-9]{6}$' and region !~ '^00'
    union select 'i'::"char", institution
$$;
