-- What is ordered of suppliers and what they deliver. A supplier (供应商) is a manufacturer in the register of institutions.
create view pharmacy.suppliers as
    select code, name_zh, name_en, region_code, licence_expires_on, suspended
    from pharmacy.institutions
    where kind = 'manufacturer';

create table pharmacy.purchase_orders (
    -- Given by whoever drafts it, so that a repeat is the same order.
    id              uuid        not null primary key,
    centre_code     text        not null references pharmacy.institutions,
    supplier_code   text        not null references pharmacy.institutions,
    number          text        not null,
    state           text        not null check (state in ('draft', 'sent', 'partly-received', 'closed', 'cancelled')),
    version         int         not null default 1,
    expected_on     date,
    note            text        not null default '',
    reason          text        not null default '',
    drafted_by      text        not null,
    drafted_by_name text        not null,
    drafted_at      timestamptz not null,
    sent_by         text,
    sent_by_name    text,
    sent_at         timestamptz,
    ended_by_name   text,
    ended_at        timestamptz,
    unique (centre_code, number)
);

-- A centre's orders, the newest first.
create index purchase_orders_of_centre on pharmacy.purchase_orders (centre_code, drafted_at desc, id);
create sequence pharmacy.purchase_order_number;

create table pharmacy.purchase_order_lines (
    order_id     uuid   not null references pharmacy.purchase_orders,
    line_number  int    not null,
    piece        text   not null,
    spec         text   not null,
    grade        text   not null,
    origin       text   not null,
    milligrams   bigint not null check (milligrams > 0),
    -- 分/公斤
    price_fen    bigint not null check (price_fen >= 0),
    -- Accepted so far: more than was ordered may come, never less than nothing.
    accepted     bigint not null default 0 check (accepted >= 0),
    primary key (order_id, line_number)
);

-- A delivery note (送货单) with its lines, each accepted (验收) or refused whole.
create table pharmacy.deliveries (
    id               uuid        not null primary key,
    centre_code      text        not null references pharmacy.institutions,
    supplier_code    text        not null references pharmacy.institutions,
    note_number      text        not null,
    order_id         uuid        references pharmacy.purchase_orders,
    arrived_at       timestamptz not null,
    recorded_by      text        not null,
    recorded_by_name text        not null,
    unique (centre_code, supplier_code, note_number)
);

create index deliveries_of_centre on pharmacy.deliveries (centre_code, arrived_at desc, id);
create index deliveries_of_order on pharmacy.deliveries (order_id) where order_id is not null;

create table pharmacy.delivery_lines (
    delivery_id     uuid   not null references pharmacy.deliveries,
    line_number     int    not null,
    order_line      int,
    piece           text   not null,
    spec            text   not null,
    grade           text   not null,
    origin          text   not null,
    lot_number      text   not null,
    milligrams      bigint not null check (milligrams > 0),
    produced_on     date   not null,
    expires_on      date   not null,
    certificate     text   not null,
    test_report     text   not null,
    state           text   not null default 'waiting' check (state in ('waiting', 'accepted', 'refused')),
    -- The nine points that were looked at, each with what was found: {"name":{"ok":true,"note":""},…}
    findings        jsonb,
    refused_reason  text   not null default '',
    lot_id          uuid references pharmacy.lots,
    decided_by      text,
    decided_by_name text,
    decided_at      timestamptz,
    primary key (delivery_id, line_number)
);
