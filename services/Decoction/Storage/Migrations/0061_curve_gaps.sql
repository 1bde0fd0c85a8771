-- Minutes of a boil that nobody measured, noted while they last: the watch over the room goes on from here after a power cut.
create table decoction.curve_gap (
    prescription_id uuid        not null,
    step            text        not null,
    attempt         int         not null,
    vessel_id       int         not null references decoction.vessel,
    -- The last reading before it, or the boil's beginning.
    from_at         timestamptz not null,
    noted_at        timestamptz not null,
    -- When it had lasted so long that it is a deviation.
    raised_at       timestamptz,
    -- The first reading after it, or the boil's end; null while it lasts.
    until_at        timestamptz check (until_at >= from_at),
    primary key (prescription_id, step, attempt, from_at),
    foreign key (prescription_id, step, attempt) references decoction.step (prescription_id, step, attempt)
);
-- One at a time, and what the watch and the board look for.
create unique index curve_gap_lasting on decoction.curve_gap (prescription_id, step, attempt) where until_at is null;
