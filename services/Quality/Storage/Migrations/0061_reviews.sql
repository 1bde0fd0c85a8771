-- A drawn prescription on its way from the first review to its conclusion (点评任务). One a prescription, whichever plans drew it.
create table quality.review (
    prescription_id  uuid        not null primary key references quality.prescription,
    -- As in the register: what work lists and rates cut by.
    institution_code text        not null,
    region_code      text        not null,
    month            date        not null,
    department_name  text        not null,
    prescriber_code  text        not null,
    prescriber_name  text        not null,
    received_at      timestamptz not null,
    drawn_at         timestamptz not null,
    answer_days      int         not null,
    review_days      int         not null,
    stage            text        not null default 'first'
        check (stage in ('first', 'answering', 'second', 'arbitration', 'concluded')),
    -- When the one whose turn it is has to be done: reviewer, institution, second reviewer or arbiter.
    due_at           timestamptz not null,
    overdue_at       timestamptz,
    owner            text,
    owner_name       text,
    owner_until      timestamptz,
    assigned         boolean     not null default false,
    version          int         not null default 1,
    answer           text check (answer in ('accepted', 'disputed', 'silent')),
    final_rational   boolean,
    final_codes      text[],
    concluded_at     timestamptz,
    check ((stage = 'concluded') = (final_rational is not null)),
    check ((owner is null) = (owner_until is null))
);
-- Work lists: by stage, most pressing first.
create index review_work on quality.review (stage, due_at, prescription_id) where stage <> 'concluded';
-- What somebody holds.
create index review_owner on quality.review (owner, owner_until) where owner is not null;
-- Rates, and the prescriptions behind them.
create index review_rates on quality.review (month, institution_code) where stage = 'concluded';
-- An institution's own.
create index review_institution on quality.review (institution_code, drawn_at, prescription_id);

-- Every verdict that was ever given: 1 the first review, 2 the second, 3 the arbiter's.
create table quality.review_verdict (
    prescription_id  uuid        not null references quality.review,
    round            int         not null check (round between 1 and 3),
    rational         boolean     not null,
    codes            text[]      not null,
    -- [{code, applies, comment}] for each code decided about; and what had been pre-filled.
    decisions        jsonb       not null,
    suggested        jsonb       not null,
    comment          text        not null,
    reviewer         text        not null,
    reviewer_name    text        not null,
    reviewer_code    text        not null,
    given_at         timestamptz not null,
    primary key (prescription_id, round)
);

-- Everything that happened to a review, in its order.
create table quality.review_history (
    prescription_id uuid        not null references quality.review,
    number          int         not null,
    act             text        not null,
    actor           text        not null,
    actor_name      text        not null,
    actor_code      text        not null,
    text            text        not null default '',
    happened_at     timestamptz not null,
    primary key (prescription_id, number)
);

-- Who has asked to be kept away from a prescription, a prescriber or an institution (回避).
create table quality.review_recusal (
    subject          text        not null,
    prescription_id  uuid,
    institution_code text,
    prescriber_code  text,
    reason           text        not null,
    declared_at      timestamptz not null
);
create index review_recusal_subject on quality.review_recusal (subject);

-- Those who review: known from the first time that they open their work list.
create table quality.reviewer (
    subject          text        not null primary key,
    name             text        not null,
    institution_code text        not null,
    region_prefixes  text[]      not null,
    seen_at          timestamptz not null
);

-- A month's result as it was published (公示): frozen, each version after the one it corrects.
create table quality.review_publication (
    publication_id uuid        not null primary key,
    plan_id        uuid        not null,
    month          date        not null,
    version        int         not null,
    owner_code     text        not null,
    regions        text[]      not null,
    head           text        not null,
    sha256         bytea       not null,
    previous       bytea,
    reason         text        not null,
    published_by   text        not null,
    published_name text        not null,
    published_at   timestamptz not null,
    unique (plan_id, month, version)
);
create table quality.review_publication_part (
    publication_id   uuid  not null references quality.review_publication,
    institution_code text  not null,
    region_code      text  not null,
    content          text  not null,
    sha256           bytea not null,
    primary key (publication_id, institution_code)
);

-- What was written stays as it was written.
create function quality.refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception '% is never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger unchanged before update or delete on quality.review_verdict for each row execute function quality.refuse_rewriting();
create trigger unchanged before update or delete on quality.review_history for each row execute function quality.refuse_rewriting();
create trigger unchanged before update or delete on quality.review_run for each row execute function quality.refuse_rewriting();
create trigger unchanged before update or delete on quality.review_run_part for each row execute function quality.refuse_rewriting();
create trigger unchanged before update or delete on quality.review_stratum for each row execute function quality.refuse_rewriting();
create trigger unchanged before update or delete on quality.review_sample for each row execute function quality.refuse_rewriting();
create trigger unchanged before update or delete on quality.review_publication for each row execute function quality.refuse_rewriting();
create trigger unchanged before update or delete on quality.review_publication_part for each row execute function quality.refuse_rewriting();

-- What was sampled and reviewed as it came in, before there were draws: kept, without a plan.
insert into quality.review (prescription_id, institution_code, region_code, month, department_name, prescriber_code, prescriber_name,
    received_at, drawn_at, answer_days, review_days, stage, due_at, version, final_rational, final_codes, concluded_at)
select prescription_id, institution_code, region_code, month, coalesce(department_name, ''), '', '', received_at, received_at, 7, 14,
    case when reviewed_at is null then 'first' else 'concluded' end, received_at + interval '14 days', 1, rational, codes, reviewed_at
from quality.prescription where sampled;
insert into quality.review_verdict (prescription_id, round, rational, codes, decisions, suggested, comment, reviewer, reviewer_name,
    reviewer_code, given_at)
select prescription_id, 1, rational, codes, '[]', '[]', '', reviewer, reviewer_name, reviewer_code, reviewed_at
from quality.prescription where sampled and reviewed_at is not null;

drop index quality.review_waiting;
drop index quality.review_done;
alter table quality.prescription
    drop column sampled, drop column sampled_because, drop column reviewed_at, drop column reviewer, drop column reviewer_name,
    drop column reviewer_code, drop column rational, drop column codes;
