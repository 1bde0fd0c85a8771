-- What was made from what and lay in what: the trace both ways. Written from the logged events, in the log's order, by GraphIndex; it can be
-- thrown away and made again from them. Only events that join things have rows here, which is few of all.
create table traceability.link (
    -- Canonical Digital Link, or another URI as it was written.
    thing      text     collate "C" not null,
    -- 1 input, 2 output, 3 put into, 4 taken out of, 5 container, 6 container emptied, 7 thing of a transaction, 8 transaction.
    role       smallint not null check (role between 1 and 8),
    -- One transformationID of one capturing party, one container, one transaction: the first half of its SHA-256.
    step       uuid     not null,
    leaf_index bigint   not null,
    -- As the event says it; null when it does not.
    quantity   numeric,
    unit       text
);

-- One level of a trace: the steps that things take part in.
create index link_of_thing on traceability.link (thing, role) include (step);
-- The other end of those steps.
create index link_of_step on traceability.link (step, role);

-- Up to which leaf the graph is made.
create table traceability.graph_position (
    only_row boolean not null primary key default true check (only_row),
    next     bigint  not null default 0
);
insert into traceability.graph_position default values;

-- Events that the party which captured them withdrew by an error declaration: they join nothing and say nothing.
create table traceability.withdrawn (
    leaf_index bigint not null primary key
);

-- The party numbers (GLN) of institutions, so that an event's "sent to" is somebody. Entered by operators.
create table traceability.party (
    gln              text        not null primary key check (gln ~ '^\d{13}$'),
    institution_code text        not null,
    registered_by    text        not null,
    registered_at    timestamptz not null
);
create index party_of_institution on traceability.party (institution_code);

-- Who sent what to whom. Whoever was sent a thing by its maker may see where it comes from.
create table traceability.handover (
    thing      text   collate "C" not null,
    sender     text   not null,
    recipient  text   not null,
    leaf_index bigint not null,
    primary key (thing, recipient, sender)
);

-- Where a prescription's things are, as far as the trace knows; steps only go forward.
create table traceability.prescription_stage (
    prescription_id uuid        not null primary key,
    stage           smallint    not null,
    since           timestamptz not null
);

-- The platform's lots by their names in the trace, to get from a trace back to the stock.
create table traceability.lot (
    item        text not null primary key,
    lot_id      uuid not null unique,
    centre_code text not null,
    piece       text not null,
    lot_number  text not null
);
