# Beta-binomial fits by maximum likelihood with base R alone, for pin_beta_binomial.py.
# Reads lines "name x1,x2,... n1,n2,..." and writes "name figure value" with 15 digits.
# The mean is on the logit scale, the spread on the log scale; standard errors come from the Hessian of both.

fit <- function(x, n) {
  minus <- function(p) {
    m <- plogis(p[1]); t <- exp(p[2]); a <- m / t; b <- (1 - m) / t
    -sum(lchoose(n, x) + lbeta(x + a, n - x + b) - lbeta(a, b))
  }
  slope <- function(p) {
    m <- plogis(p[1]); t <- exp(p[2]); a <- m / t; b <- (1 - m) / t
    da <- digamma(x + a) - digamma(n + a + b) - digamma(a) + digamma(a + b)
    db <- digamma(n - x + b) - digamma(n + a + b) - digamma(b) + digamma(a + b)
    -c(sum(da - db) * m * (1 - m) / t, -sum(a * da + b * db))
  }
  starts <- expand.grid(qlogis((sum(x) + 0.5) / (sum(n) + 1)), log(c(0.01, 0.1, 0.5, 2)))
  found <- lapply(seq_len(nrow(starts)), function(i)
    optim(as.numeric(starts[i, ]), minus, slope, method = "BFGS", control = list(reltol = 1e-16, maxit = 2000)))
  best <- found[[which.min(vapply(found, function(f) f$value, 0))]]
  p <- best$par
  for (i in 1:20) p <- p - solve(optimHess(p, minus, slope, control = list(ndeps = c(1e-5, 1e-5))), slope(p))
  hessian <- optimHess(p, minus, slope, control = list(ndeps = c(1e-5, 1e-5)))
  m <- plogis(p[1]); t <- exp(p[2]); se <- sqrt(solve(hessian)[1, 1])
  ends <- qlogis(qbeta(c(0.025, 0.975), m / t, (1 - m) / t))
  c(beta = p[1], se = se, ci_lb = p[1] - qnorm(0.975) * se, ci_ub = p[1] + qnorm(0.975) * se,
    loglik = -minus(p), pi_lb = ends[1], pi_ub = ends[2], back.estimate = m)
}

for (line in readLines(file("stdin"))) {
  parts <- strsplit(line, " ", fixed = TRUE)[[1]]
  numbers <- lapply(parts[2:3], function(text) as.numeric(strsplit(text, ",", fixed = TRUE)[[1]]))
  figures <- fit(numbers[[1]], numbers[[2]])
  for (name in names(figures)) cat(parts[1], name, format(figures[[name]], digits = 15), "\n")
}
cat("R version", as.character(getRversion()), "\n")
