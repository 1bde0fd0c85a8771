-- Regions by name, as the register tells them.
create table quality.region (
    code    text not null primary key,
    name_zh text not null,
    name_en text not null,
    version int  not null
);
