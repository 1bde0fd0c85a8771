-- Where lots lie (斗谱), how they are looked after (养护), and what becomes of them but dispensing.
create table pharmacy.positions (
    centre_code text    not null references pharmacy.institutions,
    code        text    not null,
    zone        text    not null check (zone in ('drawer', 'shelf', 'cool', 'locked', 'quarantine')),
    -- The one piece that may lie here; null for any.
    piece       text,
    -- Degrees Celsius and per cent of relative humidity that it shall keep.
    min_celsius  numeric(4, 1) not null,
    max_celsius  numeric(4, 1) not null check (max_celsius >= min_celsius),
    max_humidity int           not null check (max_humidity between 1 and 100),
    care_days    int           not null check (care_days between 1 and 365),
    retired      boolean       not null default false,
    primary key (centre_code, code)
);

alter table pharmacy.lots
    add position text,
    -- The delivery or transfer that it came by; null for one that was entered by itself. One batch may come several times.
    add arrival_id uuid,
    drop constraint lots_centre_code_piece_lot_number_supplier_key,
    add unique nulls not distinct (centre_code, piece, lot_number, supplier, arrival_id);
alter table pharmacy.lots add foreign key (centre_code, position) references pharmacy.positions (centre_code, code);
create index lots_by_position on pharmacy.lots (centre_code, position) where position is not null;

create table pharmacy.care_records (
    id           uuid          not null primary key,
    centre_code  text          not null,
    position     text          not null,
    kind         text          not null check (kind in ('inspection', 'airing', 'drying', 'fumigation', 'cleaning')),
    celsius      numeric(4, 1) not null,
    humidity     int           not null,
    in_range     boolean       not null,
    finding      text          not null,
    action       text          not null,
    done_by      text          not null,
    done_by_name text          not null,
    done_at      timestamptz   not null,
    foreign key (centre_code, position) references pharmacy.positions (centre_code, code)
);

create index care_records_of_position on pharmacy.care_records (centre_code, position, done_at desc);

create table pharmacy.stocktakes (
    id             uuid        not null primary key,
    centre_code    text        not null references pharmacy.institutions,
    number         text        not null,
    state          text        not null check (state in ('counting', 'signed', 'cancelled')),
    scope          text        not null,
    opened_by      text        not null,
    opened_by_name text        not null,
    opened_at      timestamptz not null,
    signed_by      text,
    signed_by_name text,
    ended_at       timestamptz,
    reason         text        not null default '',
    unique (centre_code, number)
);

create index stocktakes_of_centre on pharmacy.stocktakes (centre_code, opened_at desc, id);
create sequence pharmacy.stocktake_number;

-- What the books said when it was opened, and what they said at the moment at which the lot was counted.
create table pharmacy.stocktake_lots (
    stocktake_id uuid   not null references pharmacy.stocktakes,
    lot_id       uuid   not null references pharmacy.lots,
    open         boolean not null default true,
    snapshot     bigint not null,
    book         bigint,
    counted      bigint check (counted >= 0),
    counted_by   text,
    counted_by_name text,
    counted_at   timestamptz,
    note         text   not null default '',
    primary key (stocktake_id, lot_id),
    check ((counted is null) = (book is null))
);

-- No lot is in two stocktakes at once.
create unique index stocktake_lots_open on pharmacy.stocktake_lots (lot_id) where open;

create table pharmacy.transfers (
    id               uuid        not null primary key,
    number           text        not null unique,
    from_centre      text        not null references pharmacy.institutions,
    to_centre        text        not null references pharmacy.institutions,
    state            text        not null check (state in ('sent', 'received')),
    reason           text        not null,
    sent_by          text        not null,
    sent_by_name     text        not null,
    sent_at          timestamptz not null,
    received_by      text,
    received_by_name text,
    received_at      timestamptz,
    check (from_centre <> to_centre)
);

create index transfers_from on pharmacy.transfers (from_centre, sent_at desc, id);
create index transfers_to on pharmacy.transfers (to_centre, sent_at desc, id);
create sequence pharmacy.transfer_number;

create table pharmacy.transfer_lines (
    transfer_id    uuid   not null references pharmacy.transfers,
    lot_id         uuid   not null references pharmacy.lots,
    sent           bigint not null check (sent > 0),
    received       bigint check (received between 0 and sent),
    lost_reason    text   not null default '',
    arrived_lot_id uuid   references pharmacy.lots,
    primary key (transfer_id, lot_id)
);

-- 报损, 退回供应商, 退回饮片: what leaves without being dispensed, or comes back.
create table pharmacy.write_offs (
    id              uuid        not null primary key,
    centre_code     text        not null references pharmacy.institutions,
    kind            text        not null check (kind in ('loss', 'return', 'goods-back')),
    number          text        not null unique,
    state           text        not null check (state in ('awaiting-signature', 'booked', 'withdrawn')),
    lot_id          uuid        not null references pharmacy.lots,
    milligrams      bigint      not null check (milligrams > 0),
    cause           text        not null,
    reason          text        not null,
    -- Of goods that came back.
    prescription_id uuid,
    line_number     int         not null default 0,
    asked_by        text        not null,
    asked_by_name   text        not null,
    asked_at        timestamptz not null,
    signed_by       text,
    signed_by_name  text,
    signed_at       timestamptz,
    check (signed_by is null or signed_by <> asked_by),
    check ((kind = 'goods-back') = (prescription_id is not null))
);

create index write_offs_of_centre on pharmacy.write_offs (centre_code, asked_at desc, id);
create index write_offs_of_lot on pharmacy.write_offs (lot_id);
create sequence pharmacy.write_off_number;
