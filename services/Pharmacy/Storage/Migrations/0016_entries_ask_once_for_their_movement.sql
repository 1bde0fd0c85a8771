-- That an entry's movement is there is asked once a movement by the ledger's trigger, not once an entry by a foreign key: reserving
-- twenty lines asked twenty times for the same row. Movements cannot be deleted or changed, so nothing else has to be watched.
alter table pharmacy.entries drop constraint entries_movement_id_fkey;

create or replace function pharmacy.post_entries() returns trigger
language plpgsql as $$
declare
    lots  int;
    moved int;
begin
    with sides as (
        select lot_id, to_account as account, milligrams as change from posted
        union all
        select lot_id, from_account, -milligrams from posted),
    change as (
        select lot_id,
               -coalesce(sum(change) filter (where account in ('supplier', 'transfer-in')), 0) as received,
               -coalesce(sum(change) filter (where account = 'found'), 0) as found,
               coalesce(sum(change) filter (where account = 'quarantine'), 0) as quarantine,
               coalesce(sum(change) filter (where account = 'available'), 0) as available,
               coalesce(sum(change) filter (where account = 'reserved'), 0) as reserved,
               coalesce(sum(change) filter (where account = 'in-transit'), 0) as in_transit,
               coalesce(sum(change) filter (where account = 'dispensed'), 0) as dispensed,
               coalesce(sum(change) filter (where account = 'lost'), 0) as lost,
               coalesce(sum(change) filter (where account = 'returned'), 0) as returned,
               coalesce(sum(change) filter (where account = 'transfer-out'), 0) as transferred
        from sides
        group by lot_id),
    done as (
        update pharmacy.lot_balances b
        set received = b.received + c.received,
            found = b.found + c.found,
            quarantine = b.quarantine + c.quarantine,
            available = b.available + c.available,
            reserved = b.reserved + c.reserved,
            in_transit = b.in_transit + c.in_transit,
            dispensed = b.dispensed + c.dispensed,
            lost = b.lost + c.lost,
            returned = b.returned + c.returned,
            transferred = b.transferred + c.transferred
        from change c
        where b.lot_id = c.lot_id
        returning 1)
    select (select count(*) from change), (select count(*) from done) into lots, moved;
    if exists (select 1 from (select distinct movement_id from posted) p
               where not exists (select 1 from pharmacy.movements m where m.id = p.movement_id)) then
        raise exception 'an entry names a movement that is not there' using errcode = 'foreign_key_violation';
    end if;

    if moved <> lots then
        raise exception 'an entry names a lot that has no balance' using errcode = 'foreign_key_violation';
    end if;

    if exists (select 1 from posted where to_account = 'available') then
        update pharmacy.shelves s
        set rise = nextval('pharmacy.rise')
        where s.id in (select b.shelf_id from posted p join pharmacy.lot_balances b on b.lot_id = p.lot_id where p.to_account = 'available');
        notify pharmacy_stock;
    end if;
    return null;
end $$;
