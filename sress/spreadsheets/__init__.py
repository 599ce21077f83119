"""Reading and writing the spreadsheets that people have: xlsx, ods, csv. Knows no domain.

- `workbook`: sheets of plain values; `reading`: a file as such, whatever program saved it;
- `values`: what a cell means (a date, « T4 2021 », « 1 234,50 € »…), or why it means nothing;
- `columns`: which column of which sheet is what; `rows`: its rows as records;
- `suggesting`: what an unknown column may be;
- `mapping`: what a person said of a file with other headings;
- `remarks`: errors, questions and notes, each at its cell;
- `writing`: sheets as xlsx and ods files.
"""
