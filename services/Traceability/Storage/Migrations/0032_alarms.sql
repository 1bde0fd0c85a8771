-- What the background auditor found, each finding once, for whoever oversees the trace.
create table traceability.alarm (
    rule       text        not null,
    leaf_index bigint      not null,
    zh         text        not null,
    en         text        not null,
    raised_at  timestamptz not null,
    primary key (rule, leaf_index)
);
