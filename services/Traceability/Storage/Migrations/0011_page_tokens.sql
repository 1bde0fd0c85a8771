-- Page tokens that their holders ended before their time: DELETE /epcis/nextPageToken/{token}. The tokens themselves say all that is needed.
create table traceability.page_token_ended (
    token   bytea       not null primary key,
    expires timestamptz not null
);
