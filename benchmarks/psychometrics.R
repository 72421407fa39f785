# Processor seconds of psych and lavaan on the files that benchmarks/psychometrics.py wrote: Rscript FILE FOLDER
suppressPackageStartupMessages({library(psych); library(GPArotation); library(lavaan)})
options(mc.cores = 1)
folder <- commandArgs(TRUE)[1]
small <- read.csv(file.path(folder, "small.csv"))
large <- read.csv(file.path(folder, "large.csv"))
items <- names(small)
model <- paste("a =~", paste(items[1:11], collapse = " + "), "\nb =~", paste(items[12:22], collapse = " + "))
keys <- list(a = c(items[1:10], paste0("-", items[11])), b = c(items[12:21], paste0("-", items[22])),
             total = c(items[1:21], paste0("-", items[22])))

# the shortest of several runs, with what child processes took, times what the run stands for
took <- function(name, call, repeats = 3, times = 1) {
  spent <- min(replicate(repeats, {
    silent <- capture.output(t <- suppressWarnings(suppressMessages(system.time(call()))))
    sum(t[c("user.self", "sys.self", "user.child", "sys.child")], na.rm = TRUE)
  }))
  cat(name, spent * times, "\n")
}
many <- function(call, n) function() for (i in seq_len(n)) call(i)
draw <- function(i) { set.seed(i); cor(small[sample(nrow(small), replace = TRUE), ]) }

cat("version", as.character(getRversion()), as.character(packageVersion("psych")), as.character(packageVersion("lavaan")), "\n")
set.seed(1)
took("parallel", function() fa.parallel(small, fm = "minres", fa = "both", n.iter = 1000, quant = .95, plot = FALSE), 1)
took("polychoric_95", function() polychoric(small, correct = 0))
took("polychoric_2800", function() polychoric(large, correct = 0))
took("omega", many(function(i) omega(draw(i), nfactors = 1, fm = "minres", n.obs = 95, plot = FALSE), 25), 1, 40)
took("omega_hierarchical", many(function(i) omega(draw(i), nfactors = 3, fm = "minres", n.obs = 95, plot = FALSE), 25), 1, 40)
took("cfa_ml", many(function(i) fitMeasures(cfa(model, small)), 5), 3, 1 / 5)
took("cfa_wlsmv_95", function() fitMeasures(cfa(model, small, ordered = TRUE, estimator = "WLSMV")), 2)
took("cfa_wlsmv_2800", function() fitMeasures(cfa(model, large, ordered = TRUE, estimator = "WLSMV")), 2)
rm(large); set.seed(2)
answers <- matrix(sample(1:5, 22e6, TRUE) + 0, ncol = 22, dimnames = list(NULL, items))
took("scoring", function() scoreItems(keys, answers, min = 1, max = 5, impute = "none", missing = TRUE), 1)
