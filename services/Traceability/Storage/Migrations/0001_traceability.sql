-- Trace events (EPCIS 2.0) and the append-only Merkle log over them.
create schema traceability;

-- The log's state, one row. Whoever appends holds its row lock until commit, which makes the leaf indexes gapless.
create table traceability.log (
    only_row boolean  not null primary key default true check (only_row),
    size     bigint   not null default 0 check (size >= 0),
    -- Roots of the complete subtrees the tree consists of, widest first: enough to append and to know the root.
    frontier bytea[]  not null default '{}'
);
insert into traceability.log default values;

-- One row per captured event, in the order of the log.
create table traceability.event (
    leaf_index        bigint         not null primary key,
    -- CBV 2.0 event hash without its ni: dress. An error declaration has the hash of the event that it withdraws.
    event_hash        bytea          not null check (length(event_hash) = 32),
    error_declaration boolean        not null,
    event_time        timestamptz    not null,
    recorded_at       timestamptz(3) not null,
    -- 统一社会信用代码 of who captured it, 'client:' and its id when it has none, or 'platform'.
    captured_by       text           not null,
    -- Who may see it; all null for what a party captured for itself alone.
    prescription_id   uuid,
    institution_code  text,
    centre_code       text,
    region_code       text,
    -- The event as served: canonical JSON. Text and not jsonb, for jsonb would not give the hashed bytes back.
    body              text           not null,
    unique (event_hash, error_declaration)
);

-- The story of a prescription: GET /api/traceability/prescriptions/{id}.
create index event_of_prescription on traceability.event (prescription_id, leaf_index) where prescription_id is not null;

-- Which things (EPCs, lots, classes, as canonical Digital Links) an event is about; exact look-up of a lot or a bag.
create table traceability.event_item (
    leaf_index bigint not null references traceability.event,
    role       text   not null check (role in ('epc', 'parent', 'child', 'input', 'output')),
    item       text   not null,
    primary key (leaf_index, role, item)
);

-- Where a lot or a bag comes up: the lots of a prescription's story, and who may see a lot.
create index event_of_item on traceability.event_item (item, leaf_index);

-- Hashes of complete subtrees of 256^level leaves; level 0 are the leaves. All that proofs are made of.
create table traceability.tree_node (
    level smallint not null,
    index bigint   not null,
    hash  bytea    not null check (length(hash) = 32),
    primary key (level, index)
);

-- Every tree head ever signed (C2SP checkpoints).
create table traceability.checkpoint (
    sequence  int         not null primary key,
    tree_size bigint      not null unique,
    root_hash bytea       not null check (length(root_hash) = 32),
    note      text        not null,
    signed_at timestamptz not null
);

-- Public keys (C2SP verifier keys) that tree heads were signed with. For convenience: whoever audits in earnest brings the key along.
create table traceability.log_key (
    verifier_key text        not null primary key,
    first_used_at timestamptz not null default now()
);

-- Nothing of the trace is ever changed or taken away, by nobody, the service included.
create function traceability.refuse() returns trigger language plpgsql as $$
begin
    raise exception '% of traceability.% is refused: the trace is append-only', tg_op, tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger append_only before update or delete or truncate on traceability.event
    for each statement execute function traceability.refuse();
create trigger append_only before update or delete or truncate on traceability.event_item
    for each statement execute function traceability.refuse();
create trigger append_only before update or delete or truncate on traceability.tree_node
    for each statement execute function traceability.refuse();
create trigger append_only before update or delete or truncate on traceability.checkpoint
    for each statement execute function traceability.refuse();
create trigger append_only before update or delete or truncate on traceability.log_key
    for each statement execute function traceability.refuse();
create trigger no_delete before delete or truncate on traceability.log
    for each statement execute function traceability.refuse();

-- Numbers that the platform, as holder of the GS1 company prefix, allocated: to pieces (GTIN) and to organisations (GLN).
create table traceability.allocation (
    kind   text not null check (kind in ('piece', 'organisation')),
    key    text not null,
    number int  not null check (number > 0),
    primary key (kind, key),
    unique (kind, number)
);
create trigger append_only before update or delete or truncate on traceability.allocation
    for each statement execute function traceability.refuse();

-- Steps of a decoction until all are known: events come in any order, and one EPCIS event tells of the whole decoction.
create table traceability.decoction_step (
    prescription_id uuid        not null,
    step            text        not null,
    started_at      timestamptz not null,
    finished_at     timestamptz not null,
    primary key (prescription_id, step)
);

create table traceability.decoction_awaited (
    prescription_id uuid  not null primary key,
    completed       jsonb not null,
    traceparent     text
);
