-- Nonconformities with corrective and preventive action (CAPA). A row is the sum of its entries; entries are never changed.
alter table quality.nonconformity drop constraint nonconformity_state_check;
alter table quality.nonconformity
    alter prescription_id drop not null,
    alter source_version drop not null,
    alter institution_code drop not null,
    alter region_code drop not null,
    alter step drop not null,
    add source       text        not null default 'deviation' check (source in ('deviation', 'signal', 'lot-rejected', 'recall', 'manual')),
    -- The chart or the lot; null for a deviation, which names its prescription, and for what somebody opened by hand.
    add source_id    uuid,
    add subject      text        not null default '',
    add severity     text        not null default 'minor' check (severity in ('minor', 'major', 'critical')),
    add version      int         not null default 1,
    -- A person, or the post that has it until somebody takes it: desk:<centre>.
    add owner        text,
    add owner_name   text,
    add opened_by    text        not null default 'system',
    add opened_at    timestamptz,
    add contained_at timestamptz,
    add cause_at     timestamptz,
    -- The last check that found it not dealt with.
    add ineffective_at timestamptz,
    -- From when the effectiveness check may be made; null: there is something to do before.
    add check_from   timestamptz,
    add stage_due_at timestamptz,
    add escalated    int         not null default 0,
    add escalate_at  timestamptz,
    add closed_at    timestamptz;
update quality.nonconformity
set owner = 'desk:' || centre_code, owner_name = '质量岗', opened_at = detected_at, closed_at = case when state = 'closed' then detected_at end,
    stage_due_at = detected_at + interval '3 days', escalate_at = detected_at + interval '3 days';
alter table quality.nonconformity
    alter owner set not null,
    alter owner_name set not null,
    alter opened_at set not null,
    alter stage_due_at set not null,
    add check (state in ('open', 'analysis', 'action', 'check', 'closed')),
    add check ((state = 'closed') = (closed_at is not null));

-- One of a chart is open at a time; what it says meanwhile belongs to it.
create unique index nonconformity_of_signal on quality.nonconformity (source_id) where source = 'signal' and state <> 'closed';
create unique index nonconformity_of_lot on quality.nonconformity (source, source_id) where source in ('lot-rejected', 'recall');
-- Whether the same thing happened again at the centre.
create index nonconformity_recurrence on quality.nonconformity (centre_code, source, rule_id, subject, detected_at);
-- What is overdue: EscalationWatch.
create index nonconformity_due on quality.nonconformity (escalate_at) where state <> 'closed';

create table quality.nonconformity_entry (
    nonconformity_id uuid        not null references quality.nonconformity,
    -- The version that the nonconformity came to by it.
    number           int         not null check (number > 0),
    kind             text        not null,
    at               timestamptz not null,
    by               text        not null,
    by_name          text        not null,
    content          jsonb       not null,
    primary key (nonconformity_id, number)
);
create trigger nonconformity_entry_kept before update or delete on quality.nonconformity_entry
    for each row execute function quality.refuse_change();
insert into quality.nonconformity_entry (nonconformity_id, number, kind, at, by, by_name, content)
select nonconformity_id, 1, 'opened', detected_at, 'system', '系统', jsonb_build_object('textZh', text_zh, 'textEn', text_en) from quality.nonconformity;

create table quality.nonconformity_action (
    action_id        uuid        not null primary key,
    nonconformity_id uuid        not null references quality.nonconformity,
    kind             text        not null check (kind in ('corrective', 'preventive')),
    text             text        not null,
    owner            text        not null,
    owner_name       text        not null,
    due_on           date        not null,
    added_at         timestamptz not null,
    done_at          timestamptz,
    done_by          text,
    done_name        text,
    result           text
);
create index nonconformity_actions on quality.nonconformity_action (nonconformity_id, due_on);

-- What the charts said (信号), each with the nonconformity that deals with it.
create table quality.control_signal (
    chart_id         uuid             not null references quality.control_chart,
    source_id        uuid             not null,
    source_version   int              not null,
    rule             text             not null,
    side             int              not null check (side in (-1, 1)),
    at               timestamptz      not null,
    value            double precision not null,
    found_at         timestamptz      not null,
    -- False: a measurement that came late showed that it was none, or other limits were signed.
    standing         boolean          not null default true,
    nonconformity_id uuid             not null references quality.nonconformity,
    primary key (chart_id, source_id, source_version, rule, side)
);
create index control_signal_order on quality.control_signal (chart_id, at);
create index control_signal_of on quality.control_signal (nonconformity_id);
