-- Less for each event, without keeping less.

-- Things have long names that rise within each class (https://id.gs1.org/01/{GTIN}/21/…): inserted in the middle of one index of names, whose
-- pages then stay half empty, they took 160 bytes an event. Two narrow indexes know as much. An exact thing is found by a number made of its
-- name; queries say same_thing(), which becomes that number's condition and the name's own.
drop index traceability.event_of_item;
create function traceability.thing_key(thing text) returns bigint language sql immutable parallel safe return hashtextextended(thing, 0);
create function traceability.same_thing(a text, b text) returns boolean language sql immutable parallel safe
    return hashtextextended(a, 0) = hashtextextended(b, 0) and a = b;
create index event_of_item on traceability.event_item (traceability.thing_key(item));

-- Patterns (MATCH_epc of urn:epc:idpat:…) are ranges of classes, whose things are then looked at. Few classes, each written once a page.
create index event_of_item_class on traceability.event_item (left(item, 36));

-- Wide columns first: eight bytes a node less.
alter table traceability.tree_node rename to tree_node_before;
alter table traceability.tree_node_before rename constraint tree_node_pkey to tree_node_before_pkey;
create table traceability.tree_node (
    index bigint   not null,
    level smallint not null,
    hash  bytea    not null check (length(hash) = 32),
    primary key (level, index) with (fillfactor = 100)
);
insert into traceability.tree_node (index, level, hash) select index, level, hash from traceability.tree_node_before order by level, index;
drop table traceability.tree_node_before;
create trigger append_only before update or delete or truncate on traceability.tree_node
    for each statement execute function traceability.refuse();

-- Nothing is ever put between what is there: their pages need no room.
alter index traceability.event_pkey set (fillfactor = 100);
alter index traceability.event_item_of_event set (fillfactor = 100);
analyze traceability.event_item;
