-- Results of tests (检验结果), each kept as it was reported: what was wrong is corrected by a new entry, a retest (复检) stands beside the first.
create table quality.certificate (
    certificate_id uuid        not null primary key,
    lot_id         uuid        not null references quality.lot,
    name           text        not null,
    content_type   text        not null check (content_type in ('application/pdf', 'image/png', 'image/jpeg')),
    size           int         not null check (size > 0),
    sha256         bytea       not null check (sha256 = sha256(content)),
    content        bytea       not null,
    uploaded_by    text        not null,
    uploaded_name  text        not null,
    uploaded_at    timestamptz not null,
    -- The same file for the same lot is the same certificate.
    unique (lot_id, sha256)
);
-- Whether the same file came with another lot.
create index certificate_hash on quality.certificate (sha256);
create trigger certificate_kept before update or delete on quality.certificate for each row execute function quality.refuse_change();

create table quality.lot_result (
    -- Given by whoever reports it, so that a repeat is the same result.
    result_id     uuid        not null primary key,
    lot_id        uuid        not null references quality.lot,
    test          text        not null,
    kind          text        not null check (kind in ('first', 'correction', 'retest')),
    -- Null: below the detection limit.
    value         numeric     check (value >= 0),
    detection     numeric     check (detection > 0),
    unit          text        not null,
    limit_min     numeric,
    limit_max     numeric,
    limit_source  text        not null,
    limit_edition text        not null,
    limit_mark    text        not null,
    passes        boolean     not null,
    laboratory    text        not null,
    entered_by    text        not null,
    entered_name  text        not null,
    entered_at    timestamptz not null,
    -- The result that this one corrects, or that it is a retest of.
    of_result     uuid        references quality.lot_result,
    reason        text,
    check ((value is null) = (detection is not null)),
    check ((kind = 'first') = (of_result is null)),
    check (limit_min is not null or limit_max is not null)
);
create index lot_result_of_lot on quality.lot_result (lot_id, entered_at, result_id);
create unique index lot_result_first on quality.lot_result (lot_id, test) where kind = 'first';
create unique index lot_result_correction on quality.lot_result (of_result) where kind = 'correction';
create unique index lot_result_retest on quality.lot_result (lot_id, test) where kind = 'retest';
create trigger lot_result_kept before update or delete on quality.lot_result for each row execute function quality.refuse_change();

insert into quality.lot_result
    (result_id, lot_id, test, kind, value, unit, limit_max, limit_source, limit_edition, limit_mark, passes, laboratory, entered_by,
     entered_name, entered_at)
select gen_random_uuid(), t.lot_id, t.test, 'first', t.value, t.unit, t.limit_value, t.limit_source, t.limit_edition, '', true, '',
       coalesce(l.decided_by, ''), coalesce(l.decided_name, ''), coalesce(l.decided_at, l.accepted_at)
from quality.lot_test t join quality.lot l using (lot_id);
drop table quality.lot_test;

alter table quality.lot
    add claimed_milligrams bigint check (claimed_milligrams > 0),
    add grade              text not null default '',
    -- Empty: by the rule.
    add graded_by          text not null default '',
    add grade_reason       text not null default '';
-- A supplier's lots of a period: GET /api/quality/suppliers.
create index lot_of_supplier on quality.lot (supplier, accepted_at);
