-- The maker's code on the box (GS1 Digital Link or EPC URN), as noted with the delivery or scanned when the lot was looked at: the trace goes on
-- from the centre's lot to the maker's. Empty: nothing was scanned.
alter table pharmacy.delivery_lines add column source_item text not null default '';
