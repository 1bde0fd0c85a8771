-- Which prescription's story the holder of a bag's code may see. Only the code's SHA-256: the codes themselves are nobody's here.
create table traceability.patient_code (
    digest          bytea not null primary key check (length(digest) = 32),
    prescription_id uuid  not null
);
