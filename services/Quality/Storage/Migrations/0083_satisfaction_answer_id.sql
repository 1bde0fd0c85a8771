-- What an answer is called where it is read: it leads to no prescription and to nobody.
alter table quality.satisfaction add column answer_id uuid not null default gen_random_uuid() unique;
