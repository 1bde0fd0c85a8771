-- Named queries and their subscriptions (EPCIS 2.0, 8.2.4 and 12.7). A name is its party's own.
create table traceability.named_query (
    owner      text        not null,
    name       text        not null,
    query      text        not null,
    created_at timestamptz not null,
    primary key (owner, name)
);

create table traceability.subscription (
    id                  uuid        not null primary key,
    owner               text        not null,
    query_name          text        not null,
    dest                text        not null,
    -- What deliveries are signed with, sealed; null: they are not signed.
    signature_token     bytea,
    -- Null: told at once (stream); else when (query-schedule.json).
    schedule            text,
    report_if_empty     boolean     not null,
    epc_format          text        not null,
    created_at          timestamptz not null,
    initial_record_time timestamptz,
    -- Who subscribed, as far as it decides what is seen.
    everything          boolean     not null,
    institution         text        not null,
    region_pattern      text,
    -- Where the next delivery begins. It moves on with a delivery that was taken, and only then.
    position            bigint      not null,
    -- Where the delivery under way ends: one that is tried again has the same content and the same id.
    attempt_to          bigint,
    due_at              timestamptz not null,
    leased_until        timestamptz,
    failures            int         not null default 0,
    last_notified_at    timestamptz,
    last_executed_at    timestamptz,
    foreign key (owner, query_name) references traceability.named_query on delete cascade
);
create index subscription_of_query on traceability.subscription (owner, query_name);
create index subscription_due on traceability.subscription (due_at);
