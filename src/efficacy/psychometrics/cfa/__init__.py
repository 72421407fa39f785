"""Confirmatory factor analysis of our own: one parameter table, several discrepancy functions.

How a model is represented, for whoever adds an estimator:

- ``structures.specify(model, structure=, identification=, n_groups=, equal=, free=, mean_structure=)`` turns
  factor -> items into a ``Specification``: a tuple of ``Element(matrix, group, row, column, free, value)`` in LISREL's
  matrices ("lambda", "beta", "psi", "theta", "nu", "alpha"; "tau" and "delta" belong to ordered items and are not
  looked at by ``moments``). ``free`` is the number of the free parameter, ``FIXED`` for none; elements with one number
  are equal, in the same or in different groups. ``with_elements`` adds elements,
  ``with_start`` sets values.
- ``moments.matrices(specification, group, parameters)`` fills the matrices of one group (``.covariance``, ``.mean``,
  ``.phi``, ``.theta``); ``moments.jacobian(specification, group, parameters)`` is Delta: derivatives of the means (with
  a mean structure) and of vech(Sigma), lower triangle column by column, by all free parameters. Elements of "tau" and
  "delta" have zero columns there: their own estimator adds its rows and columns.
- ``moments.tangent`` is the same without forming Delta, for functions that are called often.
- ``search.minimise(objective, start)`` finds the minimum of anything with ``value``, ``slope`` and ``hessian``
  (``search.Objective``); ``start.started`` gives start values; ``standardized.standardized`` the standardised solution
  with its derivatives; ``indices.indices`` fit indices from chi-squares; ``result.CfaResult`` is what ``fit_cfa``
  returns for every estimator.

``parameters`` is always the vector of free parameters by number.
"""
