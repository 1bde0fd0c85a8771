-- Centres as routing knows them: what they offer at what price, how much they can do and when; and every choice with its reasons.

-- One row: counts up with every change of what routing knows of centres, so that a reader may keep what it read. A row and not a
-- sequence: nobody may see the number before the change.
create table pharmacy.routing_version (
    one     boolean not null primary key default true check (one),
    version bigint  not null
);
insert into pharmacy.routing_version (version) values (1);

-- Without a row a centre has the profile's defaults, which stand in the service.
create table pharmacy.centre_profiles (
    centre_code              text        not null primary key references pharmacy.institutions,
    version                  int         not null,
    dispensing_per_day       int         not null check (dispensing_per_day > 0),
    decoction_per_day        int         not null check (decoction_per_day >= 0),
    opens                    time        not null,
    closes                   time        not null check (closes > opens),
    -- ISO: 1 is Monday.
    closed_weekdays          int[]       not null,
    closed_days              date[]      not null,
    -- GB/T 2260 codes whose subtrees it delivers to; empty: everywhere.
    service_regions          text[]      not null,
    consortium               text        not null check (consortium in ('none', 'prefer', 'only')),
    dispensing_fen           bigint      not null check (dispensing_fen >= 0),
    decoction_fen_per_dose   bigint      not null check (decoction_fen_per_dose >= 0),
    delivery_fen             bigint      not null check (delivery_fen >= 0),
    -- From then on it takes no work (停业); null: open.
    closes_at                timestamptz,
    closed_reason            text,
    updated_by               text        not null,
    updated_at               timestamptz not null
);

-- The catalogue (供应目录) with its prices: one row a change, never altered; of one day's the last counts. A null price takes it off the
-- catalogue from that day on.
create table pharmacy.offers (
    entry            bigint      generated always as identity primary key,
    centre_code      text        not null references pharmacy.institutions,
    piece            text        not null,
    grade            text        not null,
    form             text        not null check (form in ('piece', 'powder', 'granule')),
    from_day         date        not null,
    fen_per_kilogram bigint      check (fen_per_kilogram > 0),
    entered_by       text        not null,
    entered_at       timestamptz not null
);

-- The price of a day: the newest row up to it.
create index offers_by_day on pharmacy.offers (centre_code, piece, grade, form, from_day desc, entry desc);

create trigger offers_append_only before update or delete or truncate on pharmacy.offers
    for each statement execute function pharmacy.refuse_change();

create table pharmacy.consortia (
    id      uuid   not null primary key,
    version int    not null,
    code    text   not null,
    name_zh text   not null,
    members text[] not null
);

create function pharmacy.count_routing_version() returns trigger
language plpgsql as $$
begin
    update pharmacy.routing_version set version = version + 1;
    return null;
end $$;

create trigger centre_profiles_version after insert or update or delete on pharmacy.centre_profiles
    for each statement execute function pharmacy.count_routing_version();
create trigger offers_version after insert or update or delete on pharmacy.offers
    for each statement execute function pharmacy.count_routing_version();
create trigger consortia_version after insert or update or delete on pharmacy.consortia
    for each statement execute function pharmacy.count_routing_version();
create trigger institutions_version after insert or update or delete on pharmacy.institutions
    for each statement execute function pharmacy.count_routing_version();

alter table pharmacy.prescriptions
    add column needed_by    timestamptz,
    add column due_at       timestamptz,
    add column promised_at  timestamptz,
    add column fee          jsonb,
    add column ready_at     timestamptz,
    add column delivered_at timestamptz,
    add column reroutes     int not null default 0,
    -- Why it waits for another centre; null: it was not sent on.
    add column reroute_cause text;

-- What still waits in a decoction room: its load.
create index prescriptions_decocting on pharmacy.prescriptions (centre_code) where state = 'checked' and ready_at is null;

-- What was delivered, by day: the promises kept.
create index prescriptions_delivered on pharmacy.prescriptions (delivered_at) where delivered_at is not null;

-- Every choice of a centre (派单), with the score and its parts of each candidate as they were then.
create table pharmacy.routings (
    id              bigint      generated always as identity primary key,
    prescription_id uuid        not null,
    decided_at      timestamptz not null,
    cause           text        not null check (cause in ('approved', 'short', 'lot-spoilt', 'centre-closed')),
    -- Null: no centre had all of it.
    centre_code     text,
    promised_at     timestamptz,
    candidates      jsonb       not null
);
create index routings_by_prescription on pharmacy.routings (prescription_id, id);
create index routings_by_time on pharmacy.routings (decided_at);

-- As first_expiring, for demands that may name a grade and an origin (empty: any), with what the lot is.
create function pharmacy.first_expiring_of(pieces text[], grades text[], origins text[], wanted bigint[], today date)
returns table (centre_code text, piece text, lot_id uuid, lot_number text, available bigint, grade text, origin text, expires_on date)
language plpgsql stable set cursor_tuple_fraction = 0.001 as $$
declare
    shelf  record;
    lot    record;
    short  bigint;
begin
    for shelf in
        select s.id, s.centre_code, s.piece, w.grade, w.origin, w.milligrams
        from unnest(pieces, grades, origins, wanted) as w (piece, grade, origin, milligrams)
        join pharmacy.shelves s on s.piece = w.piece
    loop
        short := shelf.milligrams;
        for lot in
            select b.lot_id, l.lot_number, b.available, l.grade, l.origin, b.expires_on
            from pharmacy.lot_balances b
            join pharmacy.lots l on l.id = b.lot_id
            where b.shelf_id = shelf.id and b.available > 0 and b.expires_on >= today
              and (shelf.grade = '' or l.grade = shelf.grade) and (shelf.origin = '' or starts_with(l.origin, shelf.origin))
            order by b.expires_on, b.lot_id
        loop
            centre_code := shelf.centre_code;
            piece := shelf.piece;
            lot_id := lot.lot_id;
            lot_number := lot.lot_number;
            available := lot.available;
            grade := lot.grade;
            origin := lot.origin;
            expires_on := lot.expires_on;
            return next;
            short := short - lot.available;
            exit when short <= 0;
        end loop;
    end loop;
end $$;

-- A centre that closes breaks reservations too.
alter table pharmacy.broken_reservations
    drop constraint broken_reservations_cause_check,
    add constraint broken_reservations_cause_check check (cause in ('frozen', 'rejected', 'expired', 'missing', 'centre-closed'));
