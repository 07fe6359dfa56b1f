-- Run once by PostgreSQL's image, as its administrator, when its volume is empty: the database of ERP Bridge.
-- An ordinary role owns it: a superuser would pass by the policies that keep companies apart. Text is in the order of
-- its bytes, as ERP Bridge asks for.
\getenv password DATABASE_PASSWORD
CREATE ROLE bridge LOGIN PASSWORD :'password';
CREATE DATABASE bridge OWNER bridge ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0;
