-- Who stands in a stage, also in those that are ends: the records behind every number of who stands where.
drop index cockpit.journeys_open;
create index journeys_stage on cockpit.journeys ((progress % 1000), id);
