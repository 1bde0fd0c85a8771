-- Milligrams that change within a lot no longer touch any index: the partial index asks for a column that changes only when a lot
-- runs empty or fills again, so that the update of a hot herb's balance stays on its page (HOT).
alter table pharmacy.lot_balances add usable boolean generated always as (available > 0) stored;
drop index pharmacy.lot_balances_fefo;
create index lot_balances_fefo on pharmacy.lot_balances (shelf_id, expires_on, lot_id) where usable;

create or replace function pharmacy.first_expiring(pieces text[], wanted bigint[], today date)
returns table (centre_code text, piece text, lot_id uuid, lot_number text, available bigint)
language plpgsql stable
set cursor_tuple_fraction = 0.001
as $$
declare
    shelf  record;
    lot    record;
    short  bigint;
begin
    for shelf in
        select s.id, s.centre_code, s.piece, w.milligrams
        from unnest(pieces, wanted) as w (piece, milligrams)
        join pharmacy.shelves s on s.piece = w.piece
    loop
        short := shelf.milligrams;
        for lot in
            select b.lot_id, l.lot_number, b.available
            from pharmacy.lot_balances b
            join pharmacy.lots l on l.id = b.lot_id
            where b.shelf_id = shelf.id and b.usable and b.expires_on >= today
            order by b.expires_on, b.lot_id
        loop
            centre_code := shelf.centre_code;
            piece := shelf.piece;
            lot_id := lot.lot_id;
            lot_number := lot.lot_number;
            available := lot.available;
            return next;
            short := short - lot.available;
            exit when short <= 0;
        end loop;
    end loop;
end $$;
