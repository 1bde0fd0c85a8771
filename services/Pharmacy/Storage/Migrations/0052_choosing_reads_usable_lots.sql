-- The choice of lots asks for what the index of usable lots is for (0014): with any other words every try would read a whole shelf.
create or replace function pharmacy.first_expiring_of(pieces text[], grades text[], origins text[], wanted bigint[], today date)
returns table (centre_code text, piece text, lot_id uuid, lot_number text, available bigint, grade text, origin text, expires_on date)
language plpgsql stable set cursor_tuple_fraction = 0.001 as $$
declare
    shelf  record;
    lot    record;
    short  bigint;
begin
    for shelf in
        select s.id, s.centre_code, s.piece, w.grade, w.origin, w.milligrams
        from unnest(pieces, grades, origins, wanted) as w (piece, grade, origin, milligrams)
        join pharmacy.shelves s on s.piece = w.piece
    loop
        short := shelf.milligrams;
        for lot in
            select b.lot_id, l.lot_number, b.available, l.grade, l.origin, b.expires_on
            from pharmacy.lot_balances b
            join pharmacy.lots l on l.id = b.lot_id
            where b.shelf_id = shelf.id and b.usable and b.expires_on >= today
              and (shelf.grade = '' or l.grade = shelf.grade) and (shelf.origin = '' or starts_with(l.origin, shelf.origin))
            order by b.expires_on, b.lot_id
        loop
            centre_code := shelf.centre_code;
            piece := shelf.piece;
            lot_id := lot.lot_id;
            lot_number := lot.lot_number;
            available := lot.available;
            grade := lot.grade;
            origin := lot.origin;
            expires_on := lot.expires_on;
            return next;
            short := short - lot.available;
            exit when short <= 0;
        end loop;
    end loop;
end $$;
