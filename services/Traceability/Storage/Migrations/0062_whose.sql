-- Whose events are, for who has few of many: a query without any other condition begins with its caller's own and does not go through the whole
-- log. Few values, so a few bytes an entry.
create index event_of_party on traceability.event (captured_by) where captured_by <> 'platform';
create index event_of_institution on traceability.event (institution_code) where institution_code is not null;
create index event_of_centre on traceability.event (centre_code) where centre_code is not null;
create index event_of_region on traceability.event (region_code collate "C") where region_code is not null;
