-- The ledger in full: supplier, transfer-in and found are where grams come from; dispensed, lost, returned and transfer-out where they
-- end; quarantine, available, reserved and in-transit are what the centre answers for.
alter table pharmacy.lot_balances
    add found        bigint not null default 0 check (found >= 0),
    add in_transit   bigint not null default 0 check (in_transit >= 0),
    add transferred  bigint not null default 0 check (transferred >= 0),
    drop constraint lot_balances_check,
    add constraint lot_balances_conserved
        check (received + found = quarantine + available + reserved + in_transit + dispensed + lost + returned + transferred);

alter table pharmacy.movements
    drop constraint movements_kind_check,
    -- What it belongs to: an acceptance, a stocktake, a transfer, a loss, a return.
    add document_id uuid,
    -- Why, where somebody has to say so.
    add reason text not null default '',
    -- Who signed beside the actor, where two have to.
    add second_actor text,
    add constraint movements_kind_check check (kind in (
        'receipt', 'release', 'recall', 'rejection', 'reservation', 'put-back', 'dispensing',
        'stocktake', 'transfer-out', 'transfer-arrival', 'transfer-in', 'loss', 'return', 'goods-back'));

alter table pharmacy.lots
    add supplier_code text,
    add spec          text not null default '',
    add grade         text not null default '',
    add test_report   text not null default '',
    -- Of one that came from another centre, the lot that it is part of, as it was first accepted; null for that itself.
    add root_lot_id   uuid;

create index lots_by_root on pharmacy.lots (root_lot_id) where root_lot_id is not null;

-- Until when an institution's licence holds, as the register last told; null when it did not.
alter table pharmacy.institutions add licence_expires_on date;

-- Reservations that were taken back because a lot is no longer good (预留中断), kept for whoever asks why.
create table pharmacy.broken_reservations (
    prescription_id uuid        not null,
    -- Version of the event that told of it.
    version         int         not null,
    line_number     int         not null,
    lot_id          uuid        not null,
    milligrams      bigint      not null check (milligrams > 0),
    -- What was on the scale already.
    weighed         bigint,
    cause           text        not null check (cause in ('frozen', 'rejected', 'expired', 'missing')),
    broken_at       timestamptz not null,
    primary key (prescription_id, version, line_number, lot_id)
);

create index broken_reservations_by_lot on pharmacy.broken_reservations (lot_id);

-- True from the first time on that what it held was taken back.
alter table pharmacy.prescriptions add broken boolean not null default false;

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
