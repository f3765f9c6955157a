# Makes answers_r.csv: the designs of textgov/estimate by lm, glm, plm, ivreg and sandwich of R, with dummies for
# every place and year, so that nothing of the packages under test is used.
#
# usage, in this folder: Rscript make_answers.R
#
# Debian 12: r-base-core 4.2.2, r-cran-plm 2.6-2, r-cran-aer 1.2-10, r-cran-sandwich 3.0-2, r-cran-car 3.1-1.
# Standard errors "hc0" are clustered by place without any factor; textgov multiplies their squares with
# G/(G-1) (N-1)/(N-K) as fixest does, K without the effects that lie within clusters.
suppressMessages({library(plm); library(AER); library(sandwich); library(car)})
d <- read.csv("panel.csv", colClasses = c(city_code = "character", province_code = "character"))
d$id <- factor(d$city_code); d$t <- factor(d$year)
out <- data.frame()
add <- function(design, term, what, value) {
  out <<- rbind(out, data.frame(design, term, what, value = sprintf("%.15g", value)))
}
clustered <- function(m) vcovCL(m, cluster = d$city_code, type = "HC0", cadjust = FALSE)
keep <- function(design, m, terms, names = terms, v = clustered(m)) {
  for (i in seq_along(terms)) {
    add(design, names[i], "estimate", coef(m)[[terms[i]]])
    add(design, names[i], "hc0", sqrt(v[terms[i], terms[i]]))
  }
}

# did: lm with dummies; plm within; classical and robust errors
m <- lm(y ~ did + x + id + t, d)
keep("did", m, c("did", "x"))
add("did", "did", "iid", sqrt(vcov(m)["did", "did"]))
add("did", "did", "hc1", sqrt(vcovHC(m, type = "HC1")["did", "did"]))
p <- plm(y ~ did + x, pdata.frame(d, index = c("city_code", "year")), model = "within", effect = "twoways")
add("did", "did", "plm", coef(p)[["did"]])
m <- lm(y ~ did + x + id + t + factor(province_code):t, d)
add("did province^year", "did", "estimate", coef(m)[["did"]])

# event study, ends binned at -3 and 3
k <- ifelse(d$first_year == 0, NA, pmax(-3, pmin(3, d$year - d$first_year)))
for (j in c(-3, -2, 0:3)) d[[paste0("e", j + 10)]] <- as.numeric(!is.na(k) & k == j)
e <- paste0("e", c(-3, -2, 0:3) + 10)
m <- lm(reformulate(c(e, "x", "id", "t"), "y"), d)
keep("event", m, e, c("ev_m3", "ev_m2", "ev_0", "ev_p1", "ev_p2", "ev_p3"))

# Sun and Abraham: every batch and year from the start, averaged by shares of the rows
d$since <- d$year - d$first_year
cells <- unique(d[d$first_year > 0 & d$since != -1, c("first_year", "since")])
cells <- cells[order(cells$first_year, cells$since), ]
for (i in seq_len(nrow(cells))) {
  d[[paste0("c", i)]] <- as.numeric(d$first_year == cells$first_year[i] & d$since == cells$since[i])
}
m <- lm(reformulate(c(paste0("c", seq_len(nrow(cells))), "id", "t"), "y"), d)
v <- clustered(m); b <- coef(m)
average <- function(term, inside) {
  n <- sapply(seq_len(nrow(cells)), function(i) sum(d[[paste0("c", i)]]))
  w <- n * inside / sum(n * inside)
  names(w) <- paste0("c", seq_len(nrow(cells)))
  add("sunab", term, "estimate", sum(w * b[names(w)]))
  add("sunab", term, "hc0", sqrt(drop(t(w) %*% v[names(w), names(w)] %*% w)))
}
average("att", cells$since >= 0)
for (j in sort(unique(cells$since))) {
  average(paste0("ev_", if (j < 0) "m" else if (j > 0) "p" else "", abs(j)), cells$since == j)
}

# Poisson with exposure
m <- glm(hits ~ did + x + id + t + offset(log(n_han)), poisson, d, control = list(epsilon = 1e-14, maxit = 100))
keep("ppml", m, c("did", "x"))

# instruments
m <- ivreg(y ~ w + x + id + t | z + x + id + t, data = d)
keep("iv", m, c("w", "x"))
m <- lm(w ~ z + x + id + t, d)
keep("iv", m, "z", "first:z")
m <- lm(y ~ z + x + id + t, d)
keep("iv", m, "z", "reduced:z")

# heterogeneity and the test of equality
for (g in c("central", "east", "west")) d[[paste0("did_", g)]] <- d$did * (d$region3 == g)
m <- lm(y ~ did_central + did_east + did_west + x + id + t, d)
keep("heterogeneity", m, c("did_central", "did_east", "did_west"), c("did:central", "did:east", "did:west"))
test <- linearHypothesis(m, c("did_central = did_east", "did_central = did_west"), vcov. = clustered(m), test = "Chisq")
add("heterogeneity", "equality", "chisq_hc0", test$Chisq[2])

# mediation: w as mediator
m <- lm(w ~ did + x + id + t, d); keep("mediation", m, "did", "a")
m <- lm(y ~ did + w + x + id + t, d); keep("mediation", m, c("w", "did"), c("b", "direct"))

# leave-out
for (p in sort(unique(d$province_code))) {
  m <- lm(y ~ did + x + id + t, droplevels(d[d$province_code != p, ]))
  add("leave-out", paste0("without:", p), "estimate", coef(m)[["did"]])
}
write.csv(out, "answers_r.csv", row.names = FALSE, quote = FALSE)
