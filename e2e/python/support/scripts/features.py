"""What training and serving do alike."""


def scaled(rows):
    return [[2 * cell for cell in row] for row in rows]
