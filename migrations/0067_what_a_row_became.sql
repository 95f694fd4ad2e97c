-- What a row of an imported list became says nothing of whose the row is: it is not named like what does.
alter table desk_import_row rename column desk_client_id to client_id;
