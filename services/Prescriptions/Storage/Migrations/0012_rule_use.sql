-- How often each rule spoke and what became of it, by day of reception (Asia/Shanghai) and institution, counted from the history. Rule ''
-- counts the prescriptions themselves, so that hits can be told a hundred prescriptions.
create table prescriptions.rule_use (
    day              date   not null,
    institution_code text   not null,
    region_code      text   not null,
    rule_id          text   not null,
    hits             bigint not null,
    -- A pharmacist approved in spite of it, after the second signature.
    overridden       bigint not null,
    -- It was rejected: by a pharmacist, or at once because the rule blocks.
    upheld           bigint not null,
    -- The rates of a period: a range of days.
    primary key (day, institution_code, rule_id)
);

-- How far the history is counted. One replica counts at a time: it holds this row.
create table prescriptions.rule_use_position (
    one        boolean     not null primary key default true check (one),
    xid        xid8        not null,
    seq        bigint      not null,
    counted_at timestamptz not null
);
insert into prescriptions.rule_use_position (xid, seq, counted_at) values ('0', 0, now());
