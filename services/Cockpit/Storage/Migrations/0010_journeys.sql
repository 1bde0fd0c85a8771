-- Journeys in place of mere stages, and what is counted of them: turn-rounds, promises, flows. The numbers made before are recomputed when the service
-- starts, for it finds no shape here (see Metrics.Shape).
alter table cockpit.position
    add column shape text not null default '',           -- of what is counted
    add column rebuilt_at timestamptz;

alter table cockpit.facts
    add column due      timestamptz,                     -- of a routing: until when the patient is to have it
    add column district text,                            -- of an approved prescription: county that it is brought to
    add column alarm    smallint not null default 0,     -- how grave an alarm it is: see Alarms
    add column touched  text[];                          -- hours other than its own that its fold has changed, as kind:code:day:hour
-- Serves the list of alarms.
create index facts_alarm on cockpit.facts (id) where alarm > 0;
-- Serves the records behind a number: those of a type in a day or an hour.
create index facts_type on cockpit.facts (type, occurred_at, id);
update cockpit.facts set alarm = 3 where type in ('RecallIssued', 'RecallOrdered', 'LotRejected');
update cockpit.facts set alarm = 2 where type in ('DecoctionScrapped', 'DeviationDetected', 'ColdChainBroken', 'NonconformityOpened');
update cockpit.facts set alarm = 1 where type in ('ReservationBroken', 'ParcelReturned');

drop table cockpit.prescriptions;
drop function cockpit.scopes_of;

-- One row a prescription: when it first reached each point (Unix milliseconds; 0: not known), where it was sent, what was promised. See Journey.
create table cockpit.journeys (
    id             uuid    not null primary key,
    region         text    not null,
    institution    text    not null,
    revision       int     not null,
    progress       bigint  not null,  -- revision * 1000 + rank of its stage; only ever rises
    received       bigint  not null,
    approved       bigint  not null,
    reserved       bigint  not null,
    checked        bigint  not null,
    started        bigint  not null,
    decocted       bigint  not null,
    shipped        bigint  not null,
    delivered      bigint  not null,
    routed_version int     not null,
    routed         bigint  not null,
    centre         text,
    promised       bigint  not null,
    district       text,
    urgent         boolean not null
) with (fillfactor = 70);
-- Serves "who stands here now": the stage that a journey is in. Ended ones are found by their events.
create index journeys_open on cockpit.journeys ((progress % 1000), id) where progress % 1000 < 150;

-- Turn-rounds by scope, day and hour: counts of durations in logarithmic buckets (Sketch.cs), which add up exactly.
create table cockpit.sketches (
    kind      "char"   not null,
    code      text     not null,
    day       date     not null,
    hour      smallint not null,
    measure   text     not null,
    count     bigint   not null,
    sum       bigint   not null,  -- milliseconds
    data      bytea    not null,
    last_fact bigint   not null,
    primary key (kind, code, day, hour, measure)
) with (fillfactor = 70);

-- Prescriptions by day of their routing: institution → centre → county. A row that has come to 0 stays.
create table cockpit.flows (
    day         date   not null,
    region      text   not null,
    institution text   not null,
    centre      text   not null,
    district    text   not null,
    count       bigint not null,
    primary key (day, region, institution, centre, district)
) with (fillfactor = 80);
