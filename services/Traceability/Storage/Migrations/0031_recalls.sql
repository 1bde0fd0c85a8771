-- Recalls (召回): what was called back, all that was made of it, and what became of each until the recall is closed.
create table traceability.recall (
    id          uuid        not null primary key,
    -- What the issuer calls the request; a request told again is the same recall.
    request_id  text        not null,
    -- SHA-256 of its content, so that the same request id with another content is refused.
    content     bytea       not null,
    -- 1 to 3 of the 药品召回管理办法: harm likely, possible, unlikely.
    level       smallint    not null check (level between 1 and 3),
    reason      text        not null,
    -- As whom it was issued: 统一社会信用代码, or empty for the region's operator.
    issuer      text        not null,
    issued_by   text        not null,
    issued_at   timestamptz not null,
    -- How long the list took, in microseconds.
    listed_in   bigint      not null,
    closed_at   timestamptz,
    closed_by   text,
    conclusion  text,
    unique (issuer, request_id)
);
create index recall_open on traceability.recall (issued_at desc) where closed_at is null;

-- One lot, one prescription (all its bags and its parcel as one) or one other thing. A thing that is caught later has its own leaf.
create table traceability.recall_item (
    recall_id        uuid     not null references traceability.recall,
    item             text     collate "C" not null,
    kind             smallint not null check (kind between 1 and 3),
    prescription_id  uuid,
    institution_code text,
    centre_code      text,
    region_code      text,
    -- Transformations away from the lots that were called back.
    depth            int      not null,
    -- The event by which it is known to be affected; null for the lots that were called back.
    leaf_index       bigint,
    found_at         timestamptz not null,
    -- Captured after the recall was issued.
    late             boolean  not null,
    outcome          text,
    settled_at       timestamptz,
    settled_by       text,
    note             text,
    primary key (recall_id, item)
);
create index recall_item_of_prescription on traceability.recall_item (prescription_id) where prescription_id is not null;
create index recall_item_of_thing on traceability.recall_item (item);
create index recall_item_of_institution on traceability.recall_item (recall_id, institution_code, item);

-- Steps of strangers that used a prescription's things: where a recall goes on beyond the patient.
create table traceability.crossing (
    prescription_id uuid not null,
    step            uuid not null,
    primary key (prescription_id, step)
);

-- Lots of the platform that were ordered to be frozen, each once a recall.
create table traceability.recall_order (
    recall_id  uuid        not null references traceability.recall,
    lot_id     uuid        not null,
    ordered_at timestamptz not null,
    primary key (recall_id, lot_id)
);
create index recall_order_of_lot on traceability.recall_order (lot_id);
