# Reads each table of a folder twice, by declared types and by guessing, and prints what became of every column:
# table, column, class as declared, class as guessed, values that are not missing, the first of them.
# Usage: Rscript tables.R FOLDER TYPES, where TYPES has a line for each table: its name, a tab, types as readr has them.

suppressPackageStartupMessages(library(readr))
arguments <- commandArgs(trailingOnly = TRUE)
for (line in readLines(arguments[2])) {
  told <- strsplit(line, "\t")[[1]]
  file <- file.path(arguments[1], paste0(told[1], ".csv"))
  declared <- read_csv(file, col_types = told[2], na = "", progress = FALSE, lazy = FALSE)
  guessed <- read_csv(file, show_col_types = FALSE, na = "", progress = FALSE, lazy = FALSE, guess_max = Inf)
  stopifnot(nrow(problems(declared)) == 0, nrow(problems(guessed)) == 0, nrow(declared) == nrow(guessed))
  for (column in names(declared)) {
    values <- declared[[column]][!is.na(declared[[column]])]
    first <- if (length(values)) enc2utf8(format(values[1], digits = 15)) else ""
    row <- c(told[1], column, class(declared[[column]])[1], class(guessed[[column]])[1], length(values), first)
    writeLines(paste(row, collapse = "\t"), useBytes = TRUE)
  }
  writeLines(paste(told[1], "rows", nrow(declared), sep = "\t"))
}
