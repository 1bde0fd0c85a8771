-- Recalls that ordered a lot to be frozen before the lot itself was told of: events come in any order.
create table quality.recall_order (
    lot_id     uuid not null primary key,
    recall_id  uuid not null,
    reason     text not null,
    ordered_by text not null
);
