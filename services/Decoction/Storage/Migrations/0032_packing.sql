-- Packing: what was counted and measured of the bags, the sample that is kept, and every label that was printed.
create table decoction.packing_check (
    prescription_id uuid        not null primary key references decoction.job,
    counted         int         not null check (counted >= 0),
    -- Bags that leaked and were filled anew under their own serial, and bags that were lost.
    rebagged        text[]      not null default '{}',
    lost            text[]      not null default '{}',
    -- serial, millilitres and sealed of the bags that were measured.
    measured        jsonb       not null,
    differences     int         not null,
    checked_at      timestamptz not null,
    checked_by      text        not null,
    checked_name    text        not null,
    recorded_at     timestamptz not null default now()
);
create trigger packing_check_unalterable before update or delete or truncate on decoction.packing_check
    for each statement execute function decoction.unalterable();

-- 留样: one of each decoction, kept cool; where it is, until when, and what became of it.
create table decoction.retained_sample (
    prescription_id uuid        not null primary key references decoction.job,
    sample_id       uuid        not null unique,
    centre_code     text        not null,
    millilitres     int         not null check (millilitres between 10 and 1000),
    place           text        not null check (length(place) between 1 and 64),
    taken_at        timestamptz not null,
    keep_until      timestamptz not null check (keep_until > taken_at),
    taken_by        text        not null,
    taken_name      text        not null,
    disposed_at     timestamptz,
    disposed_by     text,
    disposed_name   text,
    disposal        text check (disposal in ('expired', 'tested', 'spoiled')),
    check ((disposed_at is null) = (disposal is null)),
    check (disposed_at >= taken_at)
);

-- What a centre keeps, those to be disposed of first in front.
create index retained_sample_of_centre on decoction.retained_sample (centre_code, keep_until) where disposed_at is null;

-- Each print of a label. Of several prints of one thing the last is valid; the others are void from the moment it was printed.
create table decoction.label_print (
    prescription_id uuid        not null references decoction.job,
    kind            text        not null check (kind in ('bag', 'apart')),
    -- The bag's serial, or the handling of what is packed apart.
    subject         text        not null,
    print_no        int         not null check (print_no > 0),
    -- The client's own id of the order to print: sent again it is the same print.
    order_id        uuid        not null,
    reason          text,
    printed_at      timestamptz not null,
    printed_by      text        not null,
    printed_name    text        not null,
    primary key (prescription_id, kind, subject, print_no),
    unique (prescription_id, kind, subject, order_id),
    check (print_no = 1 or length(reason) > 0)
);
create trigger label_print_unalterable before update or delete or truncate on decoction.label_print
    for each statement execute function decoction.unalterable();
