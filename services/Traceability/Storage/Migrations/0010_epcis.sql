-- EPCIS 2.0 REST: identity by eventID, columns that standard queries narrow by, capture jobs, master data.

-- What events speak of, each value once: business steps, dispositions, places and event types as canonical URIs.
create table traceability.vocabulary (
    id    int      not null generated always as identity primary key,
    kind  smallint not null check (kind between 1 and 5),
    value text     not null collate "C",
    unique (kind, value)
);
create trigger append_only before update or delete or truncate on traceability.vocabulary
    for each statement execute function traceability.refuse();

alter table traceability.event
    -- First 16 bytes of SHA-256 of the eventID; an error declaration, which repeats its event's id, has 16 bytes of its own behind them.
    add column event_key     bytea,
    -- The eventID when the capturing party gave one of its own; null when it is the event hash.
    add column event_id      text,
    -- Whether the event brought an @context of its own; else it has its document's, and is told without.
    add column own_context   boolean not null default false,
    add column event_type    int,
    add column biz_step      int,
    add column disposition   int,
    add column read_point    int,
    add column biz_location  int;

-- Events from before: all of the platform's own making or under the profile, which knows bare words and Digital Links.
alter table traceability.event disable trigger append_only;
insert into traceability.vocabulary (kind, value)
select distinct kind, value from (
    select body::jsonb as e from traceability.event) s
cross join lateral (values
    (1::smallint, e ->> 'type'),
    (2::smallint, case when e ->> 'bizStep' like '%:%' then e ->> 'bizStep' else 'https://ref.gs1.org/cbv/BizStep-' || (e ->> 'bizStep') end),
    (3::smallint, case when e ->> 'disposition' like '%:%' then e ->> 'disposition' else 'https://ref.gs1.org/cbv/Disp-' || (e ->> 'disposition') end),
    (4::smallint, e -> 'readPoint' ->> 'id'),
    (5::smallint, e -> 'bizLocation' ->> 'id')) v (kind, value)
where value is not null;
update traceability.event set
    event_key = substr(sha256(convert_to('ni:///sha-256;' || encode(event_hash, 'hex') || '?ver=CBV2.0', 'UTF8')), 1, 16)
        || case when error_declaration then substr(sha256(event_hash || convert_to(body, 'UTF8')), 1, 16) else ''::bytea end,
    event_type = (select id from traceability.vocabulary where kind = 1 and value = body::jsonb ->> 'type'),
    biz_step = (select id from traceability.vocabulary where kind = 2
                and value in (body::jsonb ->> 'bizStep', 'https://ref.gs1.org/cbv/BizStep-' || (body::jsonb ->> 'bizStep'))),
    disposition = (select id from traceability.vocabulary where kind = 3
                   and value in (body::jsonb ->> 'disposition', 'https://ref.gs1.org/cbv/Disp-' || (body::jsonb ->> 'disposition'))),
    read_point = (select id from traceability.vocabulary where kind = 4 and value = body::jsonb -> 'readPoint' ->> 'id'),
    biz_location = (select id from traceability.vocabulary where kind = 5 and value = body::jsonb -> 'bizLocation' ->> 'id');
alter table traceability.event enable trigger append_only;

alter table traceability.event
    alter column event_key set not null,
    alter column event_type set not null,
    -- The eventID is the identity: two events may say the same under two ids of their parties.
    drop constraint event_event_hash_error_declaration_key;

-- One event an id; look-up by id with all its error declarations (a range of this index).
create unique index event_of_key on traceability.event (event_key);

-- Proofs are asked for by hash; where the id is the hash, its key follows from it.
create index event_of_foreign_hash on traceability.event (event_hash) where event_id is not null;

-- GE_eventTime, LT_eventTime and orderBy=eventTime.
create index event_of_time on traceability.event (event_time);

-- GE_recordTime, LT_recordTime: record times follow the order of the log.
create index event_of_record_time on traceability.event using brin (recorded_at);

-- EQ_bizStep, EQ_disposition, EQ_readPoint, EQ_bizLocation and their top-level resources. Few values: a few bytes an entry.
create index event_of_biz_step on traceability.event (biz_step);
create index event_of_disposition on traceability.event (disposition);
create index event_of_read_point on traceability.event (read_point);
create index event_of_biz_location on traceability.event (biz_location);

-- Patterns (MATCH_epc of urn:epc:idpat:…) are ranges of the byte order. The look-up is written with its events by one statement after
-- another, so neither a check of the reference nor one for doubles is worth its price for each item.
alter table traceability.event_item
    alter column item type text collate "C",
    drop constraint event_item_leaf_index_fkey,
    drop constraint event_item_pkey;
create index event_item_of_event on traceability.event_item (leaf_index);

-- Capture jobs: GET /epcis/capture. Written in the transaction that stores the job's events.
create table traceability.capture_job (
    id          uuid        not null primary key,
    -- Who captured: as traceability.event.captured_by.
    owner       text        not null,
    created_at  timestamptz not null,
    finished_at timestamptz not null,
    success     boolean     not null,
    behaviour   text        not null check (behaviour in ('rollback', 'proceed')),
    captured    int         not null,
    errors      jsonb       not null
);
create index capture_job_of_owner on traceability.capture_job (owner, id);

-- Master data from document headers (EPCIS 2.0, 6.5): what WD_, HASATTR_ and EQATTR_ ask about. The latest word of a party holds.
create table traceability.master_data (
    owner      text        not null,
    vocabulary text        not null,
    element    text        not null collate "C",
    attributes jsonb       not null,
    children   text[]      not null,
    changed_at timestamptz not null,
    primary key (owner, vocabulary, element)
);
create index master_data_of_element on traceability.master_data (element);
